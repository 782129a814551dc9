package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"onair/internal/searchindex"
	"onair/show"
)

// Keys of pages with lists.
const (
	archiveKey  = "archive/index.html"
	peopleKey   = "people/index.html"
	topicsKey   = "topics/index.html"
	sponsorsKey = "sponsors/index.html"
	searchKey   = "search/index.html"
	helpKey     = "help/index.html"
)

// maxArchive is the largest number of episodes on a page of the archive. It keeps the
// compressed page below 40 kB.
const maxArchive = 300

// list is a page with a list of episodes. Other pages link to it by Name and Key.
type list struct {
	Name     string
	Key      string
	Count    int
	Current  bool
	Sponsor  *show.Sponsor // the sponsor whose page it is; nil on other pages
	season   int           // the season that the page lists; 0 on other pages
	part     int           // number of the page, from 1, if the year or season has several pages; else 0
	id       string        // name of the topic
	episodes []*Episode
}

// lists has all lists of a site. The renderers of the site share it.
type lists struct {
	site      *Site
	have      map[string]bool // keys of the pages of lists, people, search and help that exist
	archive   []list          // years or seasons, in the order of the archive
	seasons   bool            // whether the archive is divided into seasons
	elsewhere bool            // whether an episode has its audio outside the bucket
	topics    []list          // those with most episodes first
	sponsors  []list          // sorted by name
	people    []*show.Person  // people who have a page, sorted by name
	credits   map[*show.Person][]credited
	related   [][]*Episode // up to three for each episode
}

// credited is an episode and one role that a person has in it.
type credited struct {
	episode *Episode
	role    string
}

func newLists(site *Site) *lists {
	l := &lists{site: site, have: map[string]bool{searchKey: !site.Show.Site.NoSearch && len(site.Episodes) > 0}}
	l.addArchive()
	l.addTopics()
	l.addSponsors()
	l.addPeople()
	l.have[archiveKey] = len(site.Episodes) > 0
	l.have[topicsKey] = len(l.topics) > 0
	l.have[sponsorsKey] = len(l.sponsors) > 0
	l.have[peopleKey] = len(l.people) > 0
	for _, e := range site.Episodes {
		l.elsewhere = l.elsewhere || isAddress(e.AudioKey)
		if e.EditURL != "" && len(e.Episode.Transcripts) > 0 {
			l.have[helpKey] = true
		}
	}
	l.relate()
	return l
}

// addArchive divides the episodes by season if every full episode has a season, or else
// by year: newest first, or for a serial show oldest first.
func (l *lists) addArchive() {
	l.seasons = !slices.ContainsFunc(l.site.Episodes, func(e *Episode) bool { return e.Season == 0 && e.Type == show.Full })
	l.seasons = l.seasons && slices.ContainsFunc(l.site.Episodes, func(e *Episode) bool { return e.Season > 0 })
	byPeriod := map[int][]*Episode{}
	for _, e := range l.site.Episodes {
		period := e.Date.In(l.site.Show.Timezone).Year()
		if l.seasons {
			period = e.Season
		}
		byPeriod[period] = append(byPeriod[period], e)
	}
	var periods []int
	for period := range byPeriod {
		periods = append(periods, period)
	}
	slices.Sort(periods)
	serial := l.site.Show.Type == show.Serial
	if !serial {
		slices.Reverse(periods)
	}
	for _, period := range periods {
		episodes := byPeriod[period]
		if serial {
			slices.Reverse(episodes)
		}
		id := strconv.Itoa(period)
		a := list{Name: id}
		if l.seasons {
			if a.season, id = period, "season-"+id; period == 0 {
				id = "more"
			}
		}
		for part := range slices.Chunk(episodes, maxArchive) {
			a.Key, a.Count, a.episodes = "archive/"+id+"/index.html", len(part), part
			if len(episodes) > maxArchive {
				a.part++
				if a.part > 1 {
					a.Key = fmt.Sprintf("archive/%s/%d/index.html", id, a.part)
				}
			}
			l.archive = append(l.archive, a)
		}
	}
}

func (l *lists) addTopics() {
	index := map[string]int{}
	for _, e := range l.site.Episodes {
		for _, name := range e.Topics {
			i, ok := index[name]
			if !ok {
				i = len(l.topics)
				index[name] = i
				l.topics = append(l.topics, list{Name: TopicName(name), Key: topicKey(name), id: name})
			}
			if t := &l.topics[i]; len(t.episodes) == 0 || t.episodes[len(t.episodes)-1] != e {
				t.Count++
				t.episodes = append(t.episodes, e)
			}
		}
	}
	slices.SortStableFunc(l.topics, func(a, b list) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.id, b.id))
	})
}

func (l *lists) addSponsors() {
	index := map[string]int{}
	for _, e := range l.site.Episodes {
		for _, s := range e.Sponsors {
			if s.ID == "" {
				continue
			}
			i, ok := index[s.ID]
			if !ok {
				i = len(l.sponsors)
				index[s.ID] = i
				l.sponsors = append(l.sponsors, list{Name: s.Name, Key: sponsorKey(s), Sponsor: s})
			}
			if p := &l.sponsors[i]; len(p.episodes) == 0 || p.episodes[len(p.episodes)-1] != e {
				p.Count++
				p.episodes = append(p.episodes, e)
			}
		}
	}
	slices.SortFunc(l.sponsors, func(a, b list) int {
		return cmp.Or(compareNames(a.Name, b.Name), strings.Compare(a.Key, b.Key))
	})
}

func (l *lists) addPeople() {
	l.credits = map[*show.Person][]credited{}
	for _, c := range l.site.Show.Hosts {
		if _, known := l.credits[c.Person]; !known && c.Person.ID != "" {
			l.credits[c.Person] = nil
		}
	}
	for _, e := range l.site.Episodes {
		for _, c := range e.Credits(l.site.Show) {
			if c.Person.ID != "" {
				l.credits[c.Person] = append(l.credits[c.Person], credited{e, c.Role})
			}
		}
	}
	for p := range l.credits {
		l.people = append(l.people, p)
	}
	slices.SortFunc(l.people, func(a, b *show.Person) int {
		return cmp.Or(compareNames(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	for _, p := range l.people {
		l.have[personKey(p)] = true
	}
}

// compareNames compares names for a list, without case and diacritics.
func compareNames(a, b string) int {
	return cmp.Or(strings.Compare(searchindex.Fold(a), searchindex.Fold(b)), strings.Compare(a, b))
}

// TopicName returns the name of a topic for people: "open source" for open-source.
func TopicName(name string) string { return strings.ReplaceAll(name, "-", " ") }

func topicKey(name string) string { return "topics/" + name + "/index.html" }

func sponsorKey(s *show.Sponsor) string {
	if s.ID == "" {
		return ""
	}
	return "sponsors/" + s.ID + "/index.html"
}

func personKey(p *show.Person) string {
	if p.ID == "" {
		return ""
	}
	return "people/" + p.ID + "/index.html"
}

// listPages returns the pages that list episodes, people, topics and sponsors, and the
// pages of the search and the help.
func (r *renderer) listPages() (pages []Page) {
	add := func(key string, inputs Inputs, render func(*renderer) error) {
		pages = append(pages, r.page(key, inputs, render))
	}
	have := r.lists.have
	if have[archiveKey] {
		add(archiveKey, AllEpisodes, func(r *renderer) error { return r.archive(-1) })
		for i, a := range r.lists.archive {
			add(a.Key, AllEpisodes, func(r *renderer) error { return r.archive(i) })
		}
	}
	if have[topicsKey] {
		add(topicsKey, AllEpisodes, func(r *renderer) error {
			return r.list(&view{Kind: "topics", Key: topicsKey, Title: r.word("topics"), Topics: r.lists.topics})
		})
		for i, t := range r.lists.topics {
			add(t.Key, AllEpisodes, func(r *renderer) error { return r.topic(i) })
		}
	}
	if have[sponsorsKey] {
		add(sponsorsKey, AllEpisodes, func(r *renderer) error {
			return r.list(&view{Kind: "sponsors", Key: sponsorsKey, Title: r.word("sponsors"), Sponsors: r.lists.sponsors})
		})
		for i, s := range r.lists.sponsors {
			add(s.Key, AllEpisodes, func(r *renderer) error { return r.sponsor(i) })
		}
	}
	if have[peopleKey] {
		add(peopleKey, AllEpisodes, (*renderer).people)
		for i, p := range r.lists.people {
			add(personKey(p), AllEpisodes, func(r *renderer) error { return r.person(i) })
		}
	}
	if have[searchKey] {
		add(searchKey, SearchIndex, func(r *renderer) error {
			return r.list(&view{Kind: "search", Key: searchKey, Title: r.word("search")})
		})
	}
	if have[helpKey] {
		add(helpKey, AllGaps, (*renderer).help)
	}
	return pages
}

// list renders a page that is not about one episode.
func (r *renderer) list(v *view) error {
	v.Canonical = r.absolute(v.Key)
	v.Image = r.optional(r.site.ArtworkKey)
	v.Crumbs = append([]navLink{{Text: r.word("home"), URL: r.link("index.html")}}, v.Crumbs...)
	return r.html(v)
}

// archive renders the page of the year or season with index i, or the archive itself if
// i is negative.
func (r *renderer) archive(i int) error {
	v := &view{Kind: "archive", Key: archiveKey, Title: r.word("archive")}
	rest := maxArchive
	for j, a := range r.lists.archive {
		name := a.Name
		if r.lists.seasons {
			if name = r.seasonName(a.season); name == "" {
				name = r.word("siblings")
			}
		}
		if a.part > 1 {
			name += fmt.Sprintf(" (%d)", a.part)
		}
		a.Name, a.Current = name, i == j
		v.Lists = append(v.Lists, a)
		switch {
		case i == j:
			v.Key, v.Title, v.Groups = a.Key, name, []group{{Episodes: a.episodes}}
			v.Crumbs = []navLink{{Text: r.word("archive"), URL: r.link(archiveKey)}}
		case i < 0 && rest > 0:
			v.Groups = append(v.Groups, limited([]group{{Name: name, Episodes: a.episodes}}, rest)...)
			rest -= a.Count
		}
	}
	return r.list(v)
}

func (r *renderer) topic(i int) error {
	t := r.lists.topics[i]
	return r.list(&view{
		Kind: "topic", Key: t.Key, Title: t.Name, TitleLang: r.site.Show.Language,
		Groups: []group{{Episodes: t.episodes}},
		Crumbs: []navLink{{Text: r.word("topics"), URL: r.link(topicsKey)}},
	})
}

func (r *renderer) sponsor(i int) error {
	s := r.lists.sponsors[i]
	return r.list(&view{
		Kind: "sponsor", Key: s.Key, Title: s.Name, Sponsor: s.Sponsor,
		Summary: excerpt(s.Sponsor.Text),
		Groups:  []group{{Name: r.word("sponsored-episodes"), Episodes: s.episodes}},
		Crumbs:  []navLink{{Text: r.word("sponsors"), URL: r.link(sponsorsKey)}},
	})
}

func (r *renderer) people() error {
	v := &view{Kind: "people", Key: peopleKey, Title: r.word("people")}
	for _, p := range r.lists.people {
		v.People = append(v.People, r.contributor(p))
	}
	return r.list(v)
}

func (r *renderer) person(i int) error {
	p := r.contributor(r.lists.people[i])
	v := &view{
		Kind: "person", Key: p.Key, Title: p.Name, Person: &p, Groups: p.Groups, Creator: p.Fediverse,
		Summary: excerpt(plainText(p.Bio)),
		Crumbs:  []navLink{{Text: r.word("people"), URL: r.link(peopleKey)}},
	}
	v.Data = r.personPageData(&p, v.Crumbs)
	return r.list(v)
}

func (r *renderer) help() error {
	v := &view{Kind: "help", Key: helpKey, Title: r.word("help")}
	for _, e := range r.site.Episodes {
		if len(e.Gaps) > 0 {
			v.Gaps = append(v.Gaps, gapList{e, e.Gaps})
		}
	}
	return r.list(v)
}

// contributor is a person with all their roles.
type contributor struct {
	*show.Person
	Key    string // key of the person's page; empty if there is none
	Bio    template.HTML
	Roles  string
	Count  int     // number of episodes; 0 on the page of an episode
	Groups []group // the person's episodes, by role
}

// contributors returns each person of credits once, in the order of their first
// credits.
func (r *renderer) contributors(credits []show.Credit) []contributor {
	var all []contributor
	index := map[string]int{}
	for _, c := range credits {
		role := r.words.Role(c.Role)
		if i, ok := index[c.Person.Name]; ok {
			all[i].Roles += r.words.Separator() + role
			continue
		}
		index[c.Person.Name] = len(all)
		all = append(all, contributor{Person: c.Person, Key: r.personKey(c.Person), Roles: role})
	}
	return all
}

// contributor returns a person with their episodes by role. Roles are in the order of
// their first episodes.
func (r *renderer) contributor(p *show.Person) contributor {
	c := contributor{Person: p, Key: personKey(p), Bio: r.site.Bios[p.ID]}
	index := map[string]int{}
	var last *Episode
	for _, credit := range r.lists.credits[p] {
		i, ok := index[credit.role]
		if !ok {
			i = len(c.Groups)
			index[credit.role] = i
			c.Groups = append(c.Groups, group{Name: r.words.Role(credit.role)})
		}
		c.Groups[i].Episodes = append(c.Groups[i].Episodes, credit.episode)
		if credit.episode != last {
			c.Count++
		}
		last = credit.episode
	}
	names := make([]string, len(c.Groups))
	for i, g := range c.Groups {
		names[i] = g.Name
	}
	c.Roles = strings.Join(names, r.words.Separator())
	return c
}

// personKey returns the key of a person's page, or an empty string if the person has
// none.
func (r *renderer) personKey(p *show.Person) string {
	if key := personKey(p); r.lists.have[key] {
		return key
	}
	return ""
}
