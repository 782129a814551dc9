package main

import (
	"encoding/json"
	"fmt"
	"os"

	"onair/internal/durable"
	"onair/publish"
)

// planFile is what plan -o keeps: the plan as --json writes it, and a
// fingerprint of everything it depends on.
type planFile struct {
	planDocument
	Fingerprint string `json:"fingerprint"`
}

func keepPlan(name string, p *publish.Plan) error {
	data, err := json.MarshalIndent(planFile{planJSON(p), p.Fingerprint()}, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(name, append(data, '\n'), 0o644)
}

// samePlan refuses a plan that is not the kept one: the show or the storage has
// moved since.
func samePlan(name string, p *publish.Plan) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var kept planFile
	if err := json.Unmarshal(data, &kept); err != nil || kept.Fingerprint == "" {
		return fmt.Errorf("%s is not a plan that onair plan -o wrote", name)
	}
	if kept.Fingerprint != p.Fingerprint() {
		return withHint(movedError(name), "run onair plan again and look at what changed")
	}
	return nil
}

// movedError names a plan that is out of date, which is a conflict.
type movedError string

func (e movedError) Error() string {
	return fmt.Sprintf("the show or the storage is not as it was when %s was made", string(e))
}

func (e movedError) Is(target error) bool { return target == publish.ErrConflict }
