// Package machine has the settings for the services that recognize, translate and speak.
package machine

// Settings are the settings in speech: of show.yaml. Flags of a command override them.
type Settings struct {
	Engine    string   // google, openai or command; empty means command
	Model     string   // model of the engine; empty means its default
	Location  string   // location of Google's service, such as eu; empty means the default of the model
	Project   string   // project that Google bills; empty means the project of the credentials
	MaxCost   float64  // limit on the cost of a command, in US dollars; 0 sets no limit
	Command   []string // program that recognizes speech, and its arguments; empty if there is none
	Translate []string // program that translates, and its arguments; empty if there is none
	Voice     []string // program that speaks, and its arguments; empty if there is none
}
