"""Well-known apps of Microsoft itself, so that they have their names and are known without any sign-in of theirs.

Ids and names as Microsoft documents them ("Verify first-party Microsoft applications in sign-in reports"). People use
some of these (Azure CLI, Graph Explorer); whose app it is matters only for calls without a human on the token.
"""

from collections.abc import Mapping

MICROSOFT_TENANTS = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
"""The tenants that own Microsoft's apps: Microsoft Services, and Microsoft's own corporate tenant."""

WELL_KNOWN: Mapping[str, str] = {
    "00000002-0000-0ff1-ce00-000000000000": "Office 365 Exchange Online",
    "00000003-0000-0000-c000-000000000000": "Microsoft Graph",
    "00000003-0000-0ff1-ce00-000000000000": "Office 365 SharePoint Online",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264": "Microsoft Teams",
    "4765445b-32c6-49b0-83e6-1d93765276ca": "OfficeHome",
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c": "Azure Portal",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe": "Microsoft Teams Services",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c": "Microsoft Office",
    "de8bc8b5-d9f9-48b1-a8ad-b748da725064": "Graph Explorer",
}
"""App id → name."""
