import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalog.graph import normalise
from pipelines.catalog.graph.targets import chat_users, owner, owner_label
from pipelines.catalog.graph.uri import share_url

HOST = "https://graph.microsoft.com"
ALEX = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
SAM = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

FORMS = {
    f"{HOST}/v1.0/users/{ALEX}/messages": "/users/{id}/messages",
    f"{HOST}/v1.0/users('{ALEX}')/messages": "/users/{id}/messages",
    f"{HOST}/v1.0/users({ALEX})/messages": "/users/{id}/messages",
    f"{HOST}/v1.0/applications(appId='{ALEX}')/owners/$ref": "/applications/{id}/owners/$ref",
    f"{HOST}/v1.0/users(userPrincipalName='alex@example.com')": "/users/{id}",
    f"{HOST}/beta/onPremisesPublishingProfiles('applicationProxy')": "/onpremisespublishingprofiles/{id}",
    f"{HOST}/v1.0/users/alex%40example.com/mailFolders/inbox/messages": "/users/{id}/mailfolders/{id}/messages",
    f"{HOST}/V1.0/ME/SendMail": "/me/sendmail",
    f"{HOST}/v1.0/users/me/sendMail": "/me/sendmail",
    f"{HOST}/v1.0/{ALEX}/invitations": "/invitations",
    f"{HOST}/v1.0/myorganization/users": "/users",
    f"{HOST}/edu/schools": "/schools",
    "https://graph.microsoft.us/v1.0/me": "/me",
    "https://microsoftgraph.chinacloudapi.cn/v1.0/me/": "/me",
    "/v1.0/me": "/me",
    f"{HOST}/v1.0/groups/{ALEX}/microsoft.graph.getMemberGroups": "/groups/{id}/getmembergroups",
    f"{HOST}/v1.0/groups/{ALEX}/members/graph.user": "/groups/{id}/members/user",
    f"{HOST}/beta/x/microsoft.graph.identityGovernance.summary(startDateTime=2026-01-01T00:00:00Z)": "/x/summary",
    f"{HOST}/v1.0/users/delta": "/users/delta",
    f"{HOST}/v1.0/users/delta()": "/users/delta",
    f"{HOST}/v1.0/users/microsoft.graph.delta(token='abc')": "/users/delta",
    f"{HOST}/v1.0/users/$count": "/users/$count",
    f"{HOST}/v1.0/sites/{SAM}/getByPath(path='/sites/a/b')/lists": "/sites/{id}/getbypath/lists",
    f"{HOST}/v1.0/me/photos/96x96/$value": "/me/photos/{id}/$value",
    f"{HOST}/v1.0/me/drive/root:/a/b%20(1).docx:/content": "/me/drive/root:/{id}:/content",
    f"{HOST}/v1.0/me/drive/root:/Alex's%20files/b.docx": "/me/drive/root:/{id}",
    f"{HOST}/v1.0/drives/b!abc-DEF_123/items/01ABCDEF:/new.txt:/content": "/drives/{id}/items/{id}:/{id}:/content",
    f"{HOST}/v1.0/sites/contoso.sharepoint.com:/sites/team:/drive": "/sites/{id}/drive",
    f"{HOST}/v1.0/sites/root": "/sites/root",
    f"{HOST}/v1.0/me/x/worksheets/Sheet/range(address='A1:B2')/clear": "/me/x/worksheets/{id}/range/clear",
    f"{HOST}/v1.0/users/{ALEX}/authentication/fido2Methods/": "/users/{id}/authentication/fido2methods",
    f"{HOST}/v1.0/$batch": "/$batch",
    f"{HOST}/v1.0": "/",
}


@pytest.mark.parametrize("uri", FORMS)
def test_every_form_of_uri_gives_its_template(uri: str) -> None:
    assert normalise(uri).path_template == FORMS[uri]


def test_t24_double_slashes_and_literal_ampersand_escapes() -> None:
    seen = normalise(f"{HOST}/beta//users/{ALEX}/messages?$filter=isRead eq false\\u0026$top=5")
    assert (seen.api_version, seen.path_template, seen.target_user) == ("beta", "/users/{id}/messages", ALEX)
    site = normalise(f"{HOST}/v1.0/sites/contoso.sharepoint.com:/sites/R\\u0026D")
    assert site.target_site == "contoso.sharepoint.com:/sites/R&D"


@pytest.mark.parametrize(
    ("key", "user"),
    [
        (f"/{ALEX.upper()}", ALEX),
        (f"('{ALEX}')", ALEX),
        ("/alex@example.com", "alex@example.com"),
        ("/alex%40example.com", "alex@example.com"),
        ("(userPrincipalName='alex@example.com')", "alex@example.com"),
        ("('$alex@example.com')", "$alex@example.com"),
        ("('o''brien@example.com')", "o'brien@example.com"),
        ("/o'brien@example.com", "o'brien@example.com"),
        ("/Sam_contoso.com%23EXT%23@example.com", "Sam_contoso.com#EXT#@example.com"),
    ],
)
def test_t30_user_is_taken_decoded_from_any_kind_of_key(key: str, user: str) -> None:
    assert normalise(f"{HOST}/v1.0/users{key}/messages").target_user == user


def test_target_ids_are_raw() -> None:
    chat = f"19:{ALEX}_{SAM}@unq.gbl.spaces"
    assert normalise(f"{HOST}/v1.0/chats/{chat}/messages").chat_users == (ALEX, SAM)
    assert normalise(f"{HOST}/v1.0/users/{ALEX}/chats/{chat}").target_chat == chat
    assert normalise(f"{HOST}/v1.0/teams/{ALEX.upper()}/channels/19:x@thread.tacv2").target_group == ALEX
    assert normalise(f"{HOST}/v1.0/users/{ALEX}/drives/b!aB-1/root").target_drive == "b!aB-1"
    assert normalise(f"{HOST}/v1.0/me/messages/AAMk%2FAB=/attachments").path_template == "/me/messages/{id}/attachments"
    assert normalise(f"{HOST}/v1.0/communications/presences/{ALEX}").target_user == ALEX
    assert chat_users("19:meeting_abc@thread.v2") is None


def test_personal_sites_and_shares_name_their_owner() -> None:
    host = "contoso-my.sharepoint.com"
    site = normalise(f"{HOST}/v1.0/sites/{host}:/personal/alex_contoso_com:/lists")
    assert site.target_site == f"{host}:/personal/alex_contoso_com"
    assert (site.derived_owner, site.path_template) == ("alex_contoso_com", "/sites/{id}/lists")
    encoded = base64.urlsafe_b64encode(f"https://{host}/personal/sam_contoso_com/Documents/a.docx".encode()).decode()
    share = normalise(f"{HOST}/v1.0/shares/u!{encoded.rstrip('=')}/driveItem")
    assert (share.derived_owner, share.path_template) == ("sam_contoso_com", "/shares/{id}/driveitem")
    assert owner_label("Alex@contoso.com") == "alex_contoso_com"
    assert owner("https://contoso.sharepoint.com/personal/alex_contoso_com") is None
    assert share_url("u!####") is None


@given(st.text() | st.text("/:('=)$,.%u0026\\{}Aa1@\n", max_size=60).map(lambda text: f"{HOST}/v1.0/{text}"))
def test_any_text_is_taken(uri: str) -> None:
    assert normalise(uri).path.startswith("/")


def test_megabytes_of_uri_give_a_short_template() -> None:
    assert len(normalise(f"{HOST}/v1.0/" + "a/" * 1_000_000).path_template) <= 4000
    assert normalise(f"{HOST}/v1.0/me/" + "x" * 5_000_000).path_template == "/me/{id}"
