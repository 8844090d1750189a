module guests

go 1.25.0

require (
	github.com/guests-as-code/guests-as-code/sdk/go v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)
