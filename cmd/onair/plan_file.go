package main

import (
	"encoding/json"
	"fmt"

	"onair/internal/durable"
	"onair/publish"
)

// planFile is the file that plan -o writes: the document of plan --json, and a
// fingerprint of everything that the plan depends on.
type planFile struct {
	planDocument
	Fingerprint string `json:"fingerprint"`
}

// maxPlanFile is the largest plan file that is read, in bytes.
const maxPlanFile = 64 << 20

// writePlanFile writes the file of plan -o.
func writePlanFile(a *app, name string, p *publish.Plan) error {
	data, err := json.MarshalIndent(planFile{planJSON(p), p.Fingerprint()}, "", "  ")
	if err != nil {
		return err
	}
	return a.writeOutput(name, append(data, '\n'))
}

// checkPlanFile returns an error if the plan is not the one in the file. It does not
// quote the file, which may be any file that the user named.
func checkPlanFile(name string, p *publish.Plan) error {
	f, _, err := durable.OpenRegular(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := readLimited(f, name, maxPlanFile)
	if err != nil {
		return err
	}
	var file planFile
	if err := json.Unmarshal(data, &file); err != nil || file.Fingerprint == "" {
		return fmt.Errorf("%s is not a plan that onair plan -o wrote", name)
	}
	if file.Fingerprint != p.Fingerprint() {
		return withHint(outdatedError(name), "run onair plan again to see what has changed")
	}
	return nil
}

// outdatedError reports that the plan file with this name is out of date. Its exit code
// is exitConflict.
type outdatedError string

func (e outdatedError) Error() string {
	return fmt.Sprintf("the show or the storage has changed since %s was written", string(e))
}

func (e outdatedError) Is(target error) bool { return target == publish.ErrConflict }
