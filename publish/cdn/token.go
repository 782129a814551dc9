package cdn

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"
)

// maxToken is far beyond any vendor's token.
const maxToken = 4096

// token reads a secret from the environment variable of that name or from the file
// that name_FILE names. Its errors name the variable and never contain the value.
func (o *Options) token(name string) (string, error) {
	if o.Env == nil {
		return "", fmt.Errorf("no token: set %s, or %s_FILE to a file that holds it", name, name)
	}
	if value, ok := o.Env(name); ok && value != "" {
		return cleanToken(name, value)
	}
	file, ok := o.Env(name + "_FILE")
	if !ok || file == "" {
		return "", fmt.Errorf("no token: set %s, or %s_FILE to a file that holds it", name, name)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return cleanToken(name+"_FILE", string(data))
}

// cleanToken removes white space around a token and refuses a value that no HTTP
// header can contain.
func cleanToken(name, value string) (string, error) {
	value = strings.TrimSpace(value)
	switch {
	case value == "" || len(value) > maxToken:
		return "", fmt.Errorf("%s: want 1 to %d bytes", name, maxToken)
	case strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", errors.New(name + " contains white space or control characters: it is not a token")
	}
	return value, nil
}
