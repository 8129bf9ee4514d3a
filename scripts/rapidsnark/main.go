// SPDX-License-Identifier: GPL-3.0-or-later

// Command rapidsnark is rapidsnark's library behind the four arguments of its own command line. See README.md.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/iden3/go-rapidsnark/prover"
)

const library = "github.com/iden3/go-rapidsnark/prover"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Printf("%s %s\n", library, version())
		return
	}
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "Usage: rapidsnark <circuit.zkey> <witness.wtns> <proof.json> <public.json>")
		os.Exit(1)
	}
	if err := prove(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func prove(zkeyFile, witnessFile, proofFile, publicFile string) error {
	zkey, err := os.ReadFile(zkeyFile)
	if err != nil {
		return err
	}
	witness, err := os.ReadFile(witnessFile)
	if err != nil {
		return err
	}
	proof, public, err := prover.Groth16ProverRaw(zkey, witness)
	if err != nil {
		return err
	}
	if err := os.WriteFile(proofFile, []byte(proof), 0o600); err != nil {
		return err
	}
	return os.WriteFile(publicFile, []byte(public), 0o600)
}

// The version that go.mod pins; it is in the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown version"
	}
	for _, module := range info.Deps {
		if module.Path == library {
			return module.Version
		}
	}
	return "of unknown version"
}
