// Package machine is what a show says about the speech recognizer that drafts its
// transcripts.
package machine

// Settings are speech: in show.yaml. Flags of the command override them.
type Settings struct {
	Engine    string   // google, openai or command; empty is command
	Model     string   // of the engine; empty is its default
	Location  string   // of the service of Google, such as eu; empty is the default of the model
	Project   string   // that Google bills; empty is that of the credentials
	MaxCost   float64  // most that a command may cost, in US dollars; 0 sets no limit
	Command   []string // that recognizes speech: a program and its arguments; empty if there is none
	Translate []string // the same for a program that translates
	Voice     []string // the same for a program that speaks
}
