package script

import (
	"slices"
	"testing"
)

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for text, ends := range map[string][]string{
		"The ice came early that year, and we had no skis left in the shop.":          {"went to the", "skis and", "that I", "“The"},
		"Wir sind damals mit den Hunden durch das Tal und in die Berge gegangen.":     {"durch das", "und", "weil ich"},
		"El hielo llegó pronto ese año y no nos quedaban esquís en la tienda.":        {"en la", "de los", "porque"},
		"La glace est arrivée tôt cette année et nous n'avions plus de skis.":         {"dans la", "et", "parce que", "l’"},
		"O gelo chegou cedo nesse ano e não tínhamos mais esquis na loja.":            {"na", "porque", "dos"},
		"Il ghiaccio è arrivato presto quell'anno e non avevamo più sci nel negozio.": {"nel", "perché", "degli"},
		"Het ijs kwam dat jaar vroeg en we hadden geen ski's meer in de winkel.":      {"in de", "omdat", "het"},
	} {
		f := LanguageOf(slices.Values([]string{text}))
		if f == nil {
			t.Errorf("no language: %s", text)
			continue
		}
		for _, end := range ends {
			if !f.EndsWith(end) {
				t.Errorf("%q does not end with a function word of: %s", end, text)
			}
		}
		if f.EndsWith(text) || f.EndsWith("") {
			t.Errorf("a sentence ends with a function word: %s", text)
		}
	}
	for _, text := range []string{"", "Isen kom tidligt det år, og vi havde ingen ski tilbage i butikken.", "夜空の星は遠い。"} {
		if f := LanguageOf(slices.Values([]string{text})); f != nil {
			t.Errorf("a language is found in %q", text)
		}
	}
}
