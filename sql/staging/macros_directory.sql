-- Expressions that only the staging of directory objects needs.

-- A time in a directory: objects are older than the logs, and credentials are made to last beyond 2100.
create or replace macro directory_time_or_null(x) as case
    when utc_or_null(x) >= timestamp '1900-01-01' and utc_or_null(x) < timestamp '9999-12-31 23:59:59.999999'
        then utc_or_null(x)
end;

-- A UPN as sign-ins write it (T30): in lower case, and a guest's home address in place of its `#EXT#` form.
create or replace macro sign_in_upn_or_null(x) as
regexp_replace(lower(nullif(x, '')), '^(.+)_([^_]+)#ext#@.*$', '\1@\2');

-- Owners or sponsors, ordered by id, because Graph keeps no order.
create or replace macro people_in(x) as list_sort(
    list_transform(
        from_json(x, '[{"id":"VARCHAR","displayName":"VARCHAR","userPrincipalName":"VARCHAR"}]'),
        lambda person: struct_pack(
            id := id_or_null(person.id),
            name := text_or_null(person.displayname),
            upn := lower(text_or_null(person.userprincipalname))
        )
    )
);

-- Password or key credentials, without what is secret in them.
create or replace macro credentials_in(x, credential_kind) as list_transform(
    from_json(
        x, '[{"keyId":"VARCHAR","displayName":"VARCHAR","startDateTime":"VARCHAR","endDateTime":"VARCHAR"}]'
    ),
    lambda credential: struct_pack(
        key_id := id_or_null(credential.keyid),
        kind := credential_kind,
        name := text_or_null(credential.displayname),
        starts_at := directory_time_or_null(credential.startdatetime),
        expires_at := directory_time_or_null(credential.enddatetime)
    )
);

-- Whether a credential in the list has a time that does not cast.
create or replace macro has_odd_time(x) as coalesce(
    len(
        list_filter(
            list_concat(json_extract_string(x, '$[*].startDateTime'), json_extract_string(x, '$[*].endDateTime')),
            lambda each: each != '' and directory_time_or_null(each) is null
        )
    ) > 0,
    false
);
