// The guests of a Microsoft Entra tenant.
package main

import (
	"github.com/guests-as-code/guests-as-code/sdk/go/entraguests"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(invite)
}

func invite(ctx *pulumi.Context) error {
	partners, err := entraguests.NewGuestInvitations(ctx, "partners", &entraguests.GuestInvitationsArgs{
		RedirectUrl: pulumi.String("https://myapps.microsoft.com"),
		Message:     &entraguests.GuestMessageArgs{Body: pulumi.String("Welcome to the Contoso partner portal.")},
		Guests: []entraguests.GuestArgs{
			{Email: "ana@fabrikam.example", DisplayName: pulumi.String("Ana Trujillo"), Expires: pulumi.StringRef("2037-03-31")},
			{Email: "bo@northwind.example", Message: &entraguests.GuestMessageArgs{Language: pulumi.String("da")}},
			{Email: "cleo@adatum.example", CompanyName: pulumi.String("Adatum")},
		},
	})
	if err != nil {
		return err
	}
	ctx.Export("ana", partners.Guests.MapIndex(pulumi.String("ana@fabrikam.example")).UserId())
	ctx.Export("pending", partners.Pending)
	// A secret: whoever has a link and the guest's mailbox can accept.
	ctx.Export("links", partners.RedeemUrls)
	return nil
}
