package templates

import (
	"slices"

	"onair/show"
)

// maxRelated is the most related episodes that a page lists.
const maxRelated = 3

// relate finds up to maxRelated related episodes of every episode: first those with most
// people and topics in common, not counting hosts of the show, then the nearest by date.
func (l *lists) relate() {
	tags, tagged := l.tags()
	l.related = make([][]*Episode, len(l.site.Episodes))
	common := make([]int, len(l.site.Episodes)) // number of tags in common with episode i
	for i := range l.site.Episodes {
		clear(common)
		for _, tag := range tags[i] {
			others := tagged[tag]
			if len(others) > len(common)/2 && len(common) > 20 {
				continue // a tag of more than half of the episodes says little
			}
			for _, j := range others {
				common[j]++
			}
		}
		for _, j := range mostRelated(i, common) {
			l.related[i] = append(l.related[i], l.site.Episodes[j])
		}
	}
}

// tags returns the tags of each episode, by index. They are its topics, and its people
// except the hosts of the show. tagged has the indexes of the episodes of each tag.
func (l *lists) tags() (tags [][]any, tagged map[any][]int) {
	hosts := map[*show.Person]bool{}
	for _, c := range l.site.Show.Hosts {
		hosts[c.Person] = true
	}
	tags, tagged = make([][]any, len(l.site.Episodes)), map[any][]int{}
	for i, e := range l.site.Episodes {
		seen := map[any]bool{}
		add := func(tag any) {
			if !seen[tag] {
				seen[tag] = true
				tags[i] = append(tags[i], tag)
				tagged[tag] = append(tagged[tag], i)
			}
		}
		for _, name := range e.Topics {
			add(name)
		}
		for _, c := range e.Credits(l.site.Show) {
			if !hosts[c.Person] {
				add(c.Person)
			}
		}
	}
	return tags, tagged
}

// mostRelated returns the indexes of up to maxRelated episodes that are related to episode
// i, given the number of tags that each episode has in common with it.
func mostRelated(i int, common []int) (found []int) {
	add := func(j int) {
		if j != i && j >= 0 && j < len(common) && len(found) < maxRelated && !slices.Contains(found, j) {
			found = append(found, j)
		}
	}
	best := 0
	for j, n := range common {
		if j != i {
			best = max(best, n)
		}
	}
	for n := best; n > 0 && len(found) < maxRelated; n-- {
		for distance := 1; distance < len(common) && len(found) < maxRelated; distance++ {
			for _, j := range []int{i - distance, i + distance} {
				if j >= 0 && j < len(common) && common[j] == n {
					add(j)
				}
			}
		}
	}
	// The nearest two come last, because they are also the previous and the next episode.
	for distance := 2; distance < len(common) && len(found) < maxRelated; distance++ {
		add(i + distance)
		add(i - distance)
	}
	add(i + 1)
	add(i - 1)
	return found
}

// neighbours returns the episodes that the page of episode i links to.
func (l *lists) neighbours(i int) (older, newer *Episode, related []*Episode) {
	if i > 0 {
		newer = l.site.Episodes[i-1]
	}
	if i+1 < len(l.site.Episodes) {
		older = l.site.Episodes[i+1]
	}
	return older, newer, l.related[i]
}
