package show

// The ids of the findings. The package comment has the table of what each
// means; scripts and people refer to them, so they are never reused.
const (
	ruleNoShow       = "S001"
	ruleBytes        = "S002"
	ruleYAML         = "S003"
	ruleYAMLFeature  = "S004"
	ruleDuplicateKey = "S005"
	ruleUnknownKey   = "S006"
	ruleType         = "S007"
	ruleEmpty        = "S008"
	ruleCut          = "S009"
	ruleRequired     = "S010"
	ruleDefault      = "S011"
	ruleWord         = "S012"
	ruleDate         = "S013"
	ruleTime         = "S014"
	ruleURL          = "S015"
	ruleEmail        = "S016"
	ruleLanguage     = "S017"
	ruleTimezone     = "S018"
	ruleCategory     = "S019"
	ruleLicense      = "S020"
	ruleStorage      = "S021"
	ruleUnknownID    = "S022"
	ruleMissingFile  = "S023"
	rulePath         = "S024"
	ruleSlug         = "S025"
	ruleSameSlug     = "S026"
	ruleSameNumber   = "S027"
	ruleGUID         = "S028"
	ruleSameGUID     = "S029"
	ruleLockGUID     = "S030"
	ruleLockOrphan   = "S031"
	ruleLock         = "S032"
	ruleChapters     = "S033"
	ruleTwoChapters  = "S034"
	ruleSoundbite    = "S035"
	ruleExtra        = "S036"
	ruleTarget       = "S037"
	ruleLength       = "S038"
	ruleFolder       = "S039"
	ruleTaxonomy     = "S040"
	ruleSameName     = "S041"
	ruleRedirect     = "S042"
	ruleSecret       = "S043"
	ruleFrontMatter  = "S044"
	ruleMoved        = "S045"
	ruleChapterFile  = "S046"
)

// sources are the specifications behind rules that are not onair's own.
var sources = map[string]string{
	ruleYAML:      "https://yaml.org/spec/1.2.2/",
	ruleLanguage:  "https://www.rfc-editor.org/rfc/rfc5646",
	ruleCategory:  "https://podcasters.apple.com/support/1691-apple-podcasts-categories",
	ruleLicense:   "https://podcasting2.org/docs/podcast-namespace/tags/license",
	ruleSoundbite: "https://podcasting2.org/docs/podcast-namespace/tags/soundbite",
	ruleTaxonomy:  "https://podcasttaxonomy.com",
}
