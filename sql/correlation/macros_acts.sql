-- Which acts a finding rule has for itself, so that the rules that report an act and the one that leaves it to them
-- mean the same acts.

-- Whether a request sends mail out of a mailbox: sendMail, or to send, answer or forward a message. Posts to chats and
-- channels are no mail.
create or replace macro sends_mail(operation, effect) as coalesce(
    effect = 'send'
    and (operation like '%/sendmail' or operation like '%/messages/%')
    and operation not like '%/chats/%'
    and operation not like '%/channels/%',
    false
);

-- Whether a request makes or changes inbox rules or mailbox settings. Deleting them forwards nothing.
create or replace macro changes_mailbox_rules(method, effect) as coalesce(
    effect = 'rule' and method != 'DELETE', false
);

-- Whether a request changes how a user signs in: what is below a user's authentication.
create or replace macro changes_sign_in_methods(path_template, is_write) as coalesce(
    is_write and path_template like '/users/{id}/authentication/%', false
);
