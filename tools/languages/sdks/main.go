// Writes the SDKs of a package for other languages: sdks SCHEMA FOLDER. It calls the same generators as Pulumi's own
// language hosts, because those hosts are not to be had as Go modules.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// The generated files name the tool that made them.
const tool = "npm run generate:sdks"

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: sdks SCHEMA FOLDER"))
	}
	for language, generate := range map[string]func(*schema.Package) (map[string][]byte, error){
		"go": func(pkg *schema.Package) (map[string][]byte, error) {
			return gogen.GeneratePackage(tool, pkg, nil)
		},
		"python": func(pkg *schema.Package) (map[string][]byte, error) {
			return pygen.GeneratePackage(tool, pkg, nil, nil)
		},
	} {
		// Each generator writes into the package that it is given.
		pkg, err := bind(os.Args[1])
		fail(err)
		files, err := generate(pkg)
		fail(err)
		for name, content := range files {
			file := filepath.Join(os.Args[2], language, filepath.FromSlash(name))
			fail(os.MkdirAll(filepath.Dir(file), 0o755))
			fail(os.WriteFile(file, content, 0o644))
		}
	}
}

// bind reads a schema and complains of everything that a language could not express.
func bind(file string) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(diagnostics) > 0 {
		return nil, diagnostics
	}
	return pkg, nil
}

func fail(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
