"""The words for what Graph paths name: things (collections and what stands alone) and actions.

A name may stand behind another: `chats/messages` are messages anywhere below chats, and the nearest such name counts.

Source: the Microsoft Graph REST reference, for what a name stands for and what an action does.
"""

from typing import NamedTuple


class Thing(NamedTuple):
    """What a name in a path stands for."""

    one: str
    """With its article: `a mail message`, `the mailbox settings`."""
    many: str
    """`mail messages`; empty for what there is only one of."""


class Action(NamedTuple):
    """What an action does."""

    past: str
    infinitive: str
    what: str
    """What it is done to; `{one}` stands for the thing in front of the action, `{file}` for the same as a file."""
    joins: str
    """The preposition that leads to the user whose data it is."""


_THINGS = """
users                   | a user account                   | user accounts
me                      | the user account                 |
manager                 | the manager                      |
directreports           | a direct report                  | direct reports
sponsors                | a sponsor                        | sponsors
memberof                | a membership                     | memberships
transitivememberof      | a membership                     | memberships
scopedrolememberof      | a scoped role membership         | scoped role memberships
ownedobjects            | an owned object                  | owned objects
createdobjects          | a created object                 | created objects
licensedetails          | a licence                        | licences
photo                   | the profile photo                |
photos                  | a profile photo                  | profile photos
presence                | the presence                     |
presences               | the presence                     | presences
people                  | a relevant person                | relevant people
insights                | an insight                       | insights
activities              | an activity                      | activities
settings                | the settings                     |
extensions              | a data extension                 | data extensions
operations              | an operation                     | operations
agreementacceptances    | a terms of use acceptance        | terms of use acceptances
employeeexperience      | the employee experience          |
learningcourseactivities | a learning course activity      | learning course activities
informationprotection   | the information protection settings |
sensitivitylabels       | a sensitivity label              | sensitivity labels
cloudclipboard          | the cloud clipboard              |
datasecurityandgovernance | the data governance settings   |

messages                | a mail message                   | mail messages
mailfolders             | a mail folder                    | mail folders
childfolders            | a mail folder                    | mail folders
contactfolders/childfolders | a contact folder             | contact folders
messagerules            | an inbox rule                    | inbox rules
mailboxsettings         | the mailbox settings             |
attachments             | an attachment                    | attachments
attachmentsessions      | an attachment upload             | attachment uploads
inferenceclassification | the focused inbox settings       |
overrides               | a focused inbox rule             | focused inbox rules
mastercategories        | an Outlook category              | Outlook categories
outlook                 | the Outlook settings             |
mailboxes               | a mailbox                        | mailboxes
mailboxes/folders       | a mailbox folder                 | mailbox folders
mailboxes/items         | a mailbox item                   | mailbox items

calendar                | the calendar                     |
calendars               | a calendar                       | calendars
calendargroups          | a calendar group                 | calendar groups
calendarpermissions     | a calendar permission            | calendar permissions
calendarview            | a calendar event                 | calendar events
events                  | a calendar event                 | calendar events
instances               | a calendar event                 | calendar events
reminderview            | a reminder                       | reminders
contacts                | a contact                        | contacts
contactfolders          | a contact folder                 | contact folders

drive                   | the drive                        |
drives                  | a drive                          | drives
root                    | the root folder                  |
drive/items             | a file or folder                 | files and folders
drives/items            | a file or folder                 | files and folders
driveitem               | a file or folder                 |
shares                  | a shared file or folder          | shared files and folders
children                | a file or folder                 | files and folders
special                 | a special folder                 | special folders
following               | a followed file or folder        | followed files and folders
bundles                 | a bundle of files                | bundles of files
recent                  | a recent file                    | recent files
sharedwithme            | a file shared by others          | files shared by others
versions                | an earlier version               | earlier versions
thumbnails              | a thumbnail                      | thumbnails
permissions             | a permission                     | permissions
subscriptions           | a change subscription            | change subscriptions
workbook                | a workbook                       |
worksheets              | a worksheet                      | worksheets
tables                  | a workbook table                 | workbook tables
charts                  | a chart                          | charts

chats                   | a chat                           | chats
chats/messages          | a chat message                   | chat messages
chats/members           | a chat member                    | chat members
replies                 | a reply                          | replies
hostedcontents          | a picture in a message           | pictures in messages
pinnedmessages          | a pinned message                 | pinned messages
lastmessagepreview      | the latest message               |
targetedmessages        | a targeted message               | targeted messages
installedapps           | an installed app                 | installed apps
teamwork                | the Teams settings               |
teamsapp                | a Teams app                      |
tabs                    | a tab                            | tabs
permissiongrants        | a resource-specific consent      | resource-specific consents
teams                   | a team                           | teams
team                    | a team                           |
joinedteams             | a team                           | teams
associatedteams         | a team                           | teams
incomingchannels        | a shared channel                 | shared channels
channels                | a channel                        | channels
allchannels             | a channel                        | channels
primarychannel          | the general channel              |
channels/messages       | a channel message                | channel messages
primarychannel/messages | a channel message                | channel messages
channels/members        | a channel member                 | channel members
filesfolder             | the files folder                 |
sharedwithteams         | a team that shares a channel     | teams that share a channel
allmembers              | a channel member                 | channel members
schedule                | a team's schedule                |
shifts                  | a shift                          | shifts
timecards               | a time card                      | time cards
timesoff                | time off                         | times off
solutions               | the Viva and bookings solutions  |
workingtimeschedule     | the working time schedule        |

onlinemeetings          | an online meeting                | online meetings
transcripts             | a meeting transcript             | meeting transcripts
recordings              | a meeting recording              | meeting recordings
attendancereports       | an attendance report             | attendance reports
attendancerecords       | an attendance record             | attendance records
calls                   | a call                           | calls
callrecords             | a call record                    | call records
adhoccalls              | a call                           | calls
calls/transcripts       | a call transcript                | call transcripts
adhoccalls/transcripts  | a call transcript                | call transcripts
adhoccalls/recordings   | a call recording                 | call recordings
participants            | a participant                    | participants
copilot                 | the Copilot data                 |
interactionhistory      | the Copilot interaction history  |

todo                    | the to-do lists                  |
todo/lists              | a to-do list                     | to-do lists
todo/tasks              | a to-do task                     | to-do tasks
checklistitems          | a checklist item                 | checklist items
linkedresources         | a linked resource                | linked resources
planner                 | the planner                      |
planner/tasks           | a planner task                   | planner tasks
planner/plans           | a planner plan                   | planner plans
planner/buckets         | a planner bucket                 | planner buckets
onenote                 | the notebooks                    |
notebooks               | a notebook                       | notebooks
sectiongroups           | a notebook section group         | notebook section groups
sections                | a notebook section               | notebook sections
parentnotebook          | a notebook                       |
parentsection           | a notebook section               |
parentsectiongroup      | a notebook section group         |
onenote/pages           | a note page                      | note pages
onenote/resources       | a file in a note                 | files in notes

authentication          | the authentication methods       |
authentication/methods  | an authentication method         | authentication methods
authentication/operations | an authentication operation    | authentication operations
emailmethods            | an email authentication method   | email authentication methods
externalauthenticationmethods | an external authentication method | external authentication methods
fido2methods            | a security key                   | security keys
microsoftauthenticatormethods | an authenticator app       | authenticator apps
passwordmethods         | a password                       | passwords
phonemethods            | an authentication phone          | authentication phones
platformcredentialmethods | a platform credential          | platform credentials
softwareoathmethods     | a one-time code app              | one-time code apps
temporaryaccesspassmethods | a temporary access pass       | temporary access passes
windowshelloforbusinessmethods | a Windows Hello credential | Windows Hello credentials
resourceaccountkeyauthenticationmethods | a resource account key | resource account keys
oauth2permissiongrants  | a consent grant                  | consent grants
approleassignments      | an app role assignment           | app role assignments
approleassignedto       | an app role assignment           | app role assignments
federatedidentitycredentials | a federated credential      | federated credentials

groups                  | a group                          | groups
members                 | a member                         | members
groups/members          | a member                         | group members
transitivemembers       | a member                         | members
owners                  | an owner                         | owners
acceptedsenders         | an accepted sender               | accepted senders
rejectedsenders         | a rejected sender                | rejected senders
threads                 | a group thread                   | group threads
posts                   | a group post                     | group posts
conversations           | a group conversation             | group conversations
applications            | an application                   | applications
serviceprincipals       | a service principal              | service principals
serviceprincipal        | a service principal              |
owneddevices            | a device                         | devices
registereddevices       | a device                         | devices
devices                 | a device                         | devices
manageddevices          | a managed device                 | managed devices
managedappregistrations | a managed app registration       | managed app registrations
cloudpcs                | a cloud PC                       | cloud PCs
admin/teams             | the Teams settings               |
lifecycleworkflows/deleteditems | a deleted workflow       | deleted workflows
administrativeunits     | an administrative unit           | administrative units
directoryroles          | a directory role                 | directory roles
directoryobjects        | a directory object               | directory objects
deleteditems            | a deleted directory object       | deleted directory objects
domains                 | a domain                         | domains
organization            | the organisation                 | organisations
contracts               | a partner contract               | partner contracts
invitations             | an invitation of a guest         | invitations of guests
roleassignments         | a role assignment                | role assignments
roledefinitions         | a role definition                | role definitions
roleassignmentschedulerequests | a role assignment request | role assignment requests
roleeligibilityschedulerequests | a role eligibility request | role eligibility requests
conditionalaccess/policies | a conditional access policy   | conditional access policies
namedlocations          | a named location                 | named locations
policies                | a policy                         | policies
accesspackages          | an access package                | access packages
accessreviews           | the access reviews               |
entitlementmanagement   | entitlement management           |
lifecycleworkflows      | the lifecycle workflows          |
identitygovernance      | identity governance              |
rolemanagement          | role management                  |
identity                | the identity settings            |
identityprotection      | identity protection              |
riskyusers              | a risky user                     | risky users
riskdetections          | a risk detection                 | risk detections
identityproviders       | an identity provider             | identity providers
auditlogs               | the audit logs                   |
signins                 | a sign-in                        | sign-ins
directoryaudits         | an audit event                   | audit events
provisioning            | a provisioning event             | provisioning events
reports                 | the reports                      |
security                | the security data                |
alerts                  | a security alert                 | security alerts
alerts_v2               | a security alert                 | security alerts
incidents               | a security incident              | security incidents
ediscoverycases         | an eDiscovery case               | eDiscovery cases
threatintelligence      | threat intelligence              |
devicemanagement        | device management                |
deviceappmanagement     | device app management            |
mobileapps              | a managed app                    | managed apps
deviceconfigurations    | a device configuration           | device configurations
devicecompliancepolicies | a device compliance policy      | device compliance policies

sites                   | a site                           | sites
followedsites           | a followed site                  | followed sites
lists                   | a list                           | lists
lists/items             | a list item                      | list items
columns                 | a column                         | columns
contenttypes            | a content type                   | content types
sites/pages             | a site page                      | site pages
termstore               | the term store                   |
termstores              | a term store                     | term stores
sets/children           | a term                           | terms
terms/children          | a term                           | terms
term                    | a term                           |
terms                   | a term                           | terms
external                | the external connections         |
connections             | an external connection           | external connections
connections/items       | an external item                 | external items
storage                 | the file storage                 |
containers              | a file storage container         | file storage containers
backuprestore           | backup and restore               |
education               | the education data               |
classes                 | a class                          | classes
assignments             | an assignment                    | assignments
submissions             | a submission                     | submissions
schools                 | a school                         | schools
rubrics                 | a rubric                         | rubrics
print                   | the print service                |
printers                | a printer                        | printers
bookingbusinesses       | a booking business               | booking businesses
virtualevents           | the virtual events               |
admin                   | the admin settings               |
agreements              | a terms of use agreement         | terms of use agreements
tenantrelationships     | the tenant relationships         |
subscribedskus          | a licence subscription           | licence subscriptions
"""

_ACTIONS = """
sendmail                | sent, send              | mail                                 | as
messages/send           | sent, send              | {one}                                | as
forward                 | forwarded, forward      | {one}                                |
forwardtochat           | forwarded, forward      | {one}                                |
reply                   | replied, reply          | to {one}                             |
replyall                | replied, reply          | to all of {one}                      |
replywithquote          | replied, reply          | to {one}                             |
createreply             | drafted, draft          | a reply to {one}                     |
createreplyall          | drafted, draft          | a reply to all of {one}              |
createforward           | drafted, draft          | a forward of {one}                   |
POST messages           | drafted, draft          | a mail message                       |
POST chats/messages     | sent, send              | a chat message                       | in a chat of
POST channels/messages  | sent, send              | a channel message                    |
POST primarychannel/messages | sent, send         | a channel message                    |
POST replies            | sent, send              | a reply                              |
POST chats/replies      | sent, send              | a reply                              | in a chat of
sendactivitynotification | sent, send             | a Teams notification                 | to
sendactivitynotificationtorecipients | sent, send | Teams notifications                  |
move                    | moved, move             | {one}                                |
copy                    | copied, copy            | {one}                                |
copynotebook            | copied, copy            | {one}                                |
copytonotebook          | copied, copy            | {one}                                |
copytosection           | copied, copy            | {one}                                |
copytosectiongroup      | copied, copy            | {one}                                |
permanentdelete         | deleted, delete         | {one} for good                       |
softdelete              | deleted, delete         | {one}                                |
undosoftdelete          | restored, restore       | {one}                                |
restore                 | restored, restore       | {one}                                |
cancel                  | cancelled, cancel       | {one}                                |
accept                  | accepted, accept        | {one}                                |
tentativelyaccept       | accepted, accept        | {one} tentatively                    |
decline                 | declined, decline       | {one}                                |
dismissreminder         | dismissed, dismiss      | the reminder of {one}                |
snoozereminder          | snoozed, snooze         | the reminder of {one}                |
setreaction             | reacted, react          | to {one}                             |
unsetreaction           | removed, remove         | a reaction to {one}                  |
archive                 | archived, archive       | {one}                                |
unarchive               | unarchived, unarchive   | {one}                                |
follow                  | followed, follow        | {one}                                |
unfollow                | unfollowed, unfollow    | {one}                                |
checkin                 | checked in, check in    | {file}                               |
checkout                | checked out, check out  | {file}                               |
markchatreadforuser     | marked, mark            | a chat as read                       |
markchatunreadforuser   | marked, mark            | a chat as unread                     |
hideforuser             | hid, hide               | a chat                               |
unhideforuser           | showed, show            | a chat again                         |
getschedule             | looked up, look up      | free and busy times                  |
findmeetingtimes        | looked up, look up      | meeting times                        |
getmailtips             | looked up, look up      | mail tips                            |
translateexchangeids    | translated, translate   | mailbox ids                          |
exportitems             | exported, export        | mailbox items                        |
exportpersonaldata      | exported, export        | the personal data                    |

createlink              | shared, share           | {one} by link                        |
invite                  | shared, share           | {one} with people                    |
POST permissions        | shared, share           | {one}                                |
permission/grant        | shared, share           | {one} with more people               |
POST calendarpermissions | shared, share          | the calendar                         |
createuploadsession     | started, start          | the upload of {file}                 |
attachments/createuploadsession | started, start  | the upload of an attachment          |
GET content             | downloaded, download    | {file}                               |
PUT content             | uploaded, upload        | {file}                               |
GET contentstream       | downloaded, download    | {file}                               |
PUT contentstream       | uploaded, upload        | {file}                               |
GET $value              | downloaded, download    | {file}                               |
preview                 | previewed, preview      | {one}                                |

getallmessages          | read, read              | all chat and channel messages        |
chats/getallmessages    | read, read              | all chat messages                    |
channels/getallmessages | read, read              | all channel messages                 |
getallretainedmessages  | read, read              | all retained chat and channel messages |
getalltranscripts       | listed, list            | all meeting transcripts              |
getallrecordings        | listed, list            | all meeting recordings               |
getallenterpriseinteractions | read, read         | Copilot interaction history          |
setpresence             | set, set                | the presence                         |
setuserpreferredpresence | set, set               | the preferred presence               |
setstatusmessage        | set, set                | the status message                   |
clearpresence           | cleared, clear          | the presence                         |
clearuserpreferredpresence | cleared, clear       | the preferred presence               |
getpresencesbyuserid    | read, read              | presences                            |

assignlicense           | assigned or removed, assign or remove | licences               |
revokesigninsessions    | revoked, revoke         | the sign-in sessions                 |
invalidateallrefreshtokens | revoked, revoke      | the refresh tokens                   |
changepassword          | changed, change         | the password                         |
resetpassword           | reset, reset            | a password                           |
POST authentication/methods | added, add          | an authentication method             |
getmembergroups         | listed, list            | group memberships                    |
getmemberobjects        | listed, list            | memberships                          |
checkmembergroups       | checked, check          | group memberships                    |
checkmemberobjects      | checked, check          | memberships                          |
POST approleassignments | granted, grant          | an app role                          | to
POST approleassignedto  | granted, grant          | an app role                          |
POST oauth2permissiongrants | granted, grant      | consent to permissions               |
POST roleassignments    | assigned, assign        | a role                               |
POST roleassignmentschedulerequests | requested, request | a role assignment             |
POST roleeligibilityschedulerequests | requested, request | a role eligibility           |
POST subscriptions      | subscribed, subscribe   | to changes                           |
POST invitations        | invited, invite         | a guest                              |
addpassword             | added, add              | a password to {one}                  |
removepassword          | removed, remove         | a password from {one}                |
addkey                  | added, add              | a key to {one}                       |
removekey               | removed, remove         | a key from {one}                     |
addtokensigningcertificate | added, add           | a signing certificate to {one}       |
confirmcompromised      | confirmed, confirm      | users as compromised                 |
riskyusers/dismiss      | dismissed, dismiss      | the risk of users                    |
manageddevices/wipe     | wiped, wipe             | {one}                                |
manageddevices/retire   | retired, retire         | {one}                                |
search/query            | searched, search        | the tenant's content                 |
drive/search            | searched, search        | files                                |
drives/search           | searched, search        | files                                |
runhuntingquery         | searched, search        | the security logs                    |
POST members            | added, add              | a member to {one}                    |
DELETE members          | removed, remove         | a member from {one}                  |
POST owners             | added, add              | an owner to {one}                    |
DELETE owners           | removed, remove         | an owner from {one}                  |
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line]


THINGS = {name: Thing(one, many) for name, one, many in _rows(_THINGS)}
"""By name, `messages`, or by the name that it stands behind and its own, `chats/messages`."""

ACTIONS = {
    name: Action(past, infinitive, what, joins or "of")
    for name, verbs, what, joins in _rows(_ACTIONS)
    for past, infinitive in [verbs.split(", ")]
}
"""The same, for the names of actions; with a method in front for what is an action with that method only."""
