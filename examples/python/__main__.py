"""The guests of a Microsoft Entra tenant."""

import pulumi
from entra_guests import GuestArgs, GuestInvitations, GuestMessageArgs

partners = GuestInvitations(
    "partners",
    redirect_url="https://myapps.microsoft.com",
    message=GuestMessageArgs(body="Welcome to the Contoso partner portal."),
    guests=[
        GuestArgs(email="ana@fabrikam.example", display_name="Ana Trujillo", expires="2037-03-31"),
        GuestArgs(email="bo@northwind.example", message=GuestMessageArgs(language="da")),
        GuestArgs(email="cleo@adatum.example", company_name="Adatum"),
    ],
)

pulumi.export("ana", partners.guests["ana@fabrikam.example"].user_id)
pulumi.export("pending", partners.pending)
# A secret: whoever has a link and the guest's mailbox can accept.
pulumi.export("links", partners.redeem_urls)
