// Runs a Pulumi command on the program of this package: GUESTS_COMMAND=up go test.
//
// The program runs in this process, by Pulumi's Automation API, which needs no language host.
package main

import (
	"context"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

func TestCommand(t *testing.T) {
	ctx := context.Background()
	stack, err := auto.SelectStackInlineSource(ctx, "test", "guests", invite, auto.WorkDir("."))
	if err != nil {
		t.Fatal(err)
	}
	switch command := os.Getenv("GUESTS_COMMAND"); command {
	case "preview":
		_, err = stack.Preview(ctx, optpreview.ProgressStreams(os.Stdout))
	case "up":
		_, err = stack.Up(ctx, optup.ProgressStreams(os.Stdout))
	case "destroy":
		_, err = stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stdout))
	default:
		t.Fatalf("GUESTS_COMMAND is %q, and no command", command)
	}
	if err != nil {
		t.Fatal(err)
	}
}
