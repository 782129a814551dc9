// Package show is a podcast as data: it turns a folder into typed values.
package show
