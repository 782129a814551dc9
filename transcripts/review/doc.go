// Package review compares two versions of transcripts, as in a pull request. It
// reports the findings that the change introduced, and summarizes the change.
// Findings that were there before are only counted.
//
// A finding is introduced if the changed lines have more findings of its rule and message
// than the lines that they replace. If only some of several equal findings are new, those
// in changed words count as new. All findings of a new file are introduced. A file that
// moved is compared with the file under its old name.
//
// A change breaks rule T031 if it gives five or more turns another speaker without changing
// their words, drops a turn, or deletes a stamp. The stamp of an unintelligible passage may
// be deleted with the passage.
//
// The text of a change is untrusted. The summary shows it only in code elements, and
// writes every character that Markdown or HTML could take for markup as a character
// reference. So the text cannot mention people, or link or load anything.
package review
