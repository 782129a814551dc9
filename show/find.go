package show

import "strconv"

// Find returns the episode with the slug or GUID, or the only full episode with
// the number. It returns nil if there is none, or several with the number.
func (s *Show) Find(name string) *Episode {
	var numbered []*Episode
	for _, e := range s.Episodes {
		if e.Slug == name || e.GUID == name {
			return e
		}
		if e.Type == Full && e.Number > 0 && strconv.Itoa(e.Number) == name {
			numbered = append(numbered, e)
		}
	}
	if len(numbered) == 1 {
		return numbered[0]
	}
	return nil
}
