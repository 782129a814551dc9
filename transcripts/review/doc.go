// Package review looks at a change of transcripts, such as a pull request: what
// it introduced and what it mended, for those who decide about it and for the
// one who made it. What was wrong before is not counted against anybody.
//
// A finding is new if the lines that changed have more of its kind than the
// lines that they replace; of several, those in the words that changed are. All
// findings of a new file are new. A file that moved is compared with itself.
//
// T031 is the rule that only a change can break: it names another speaker for
// five turns or more whose words stay, drops a turn, or deletes a stamp. The
// stamps of passages that were unintelligible may go with them.
//
// The text of a change is a stranger's. The summary shows all of it inside of
// elements for code, with every character that Markdown or HTML could take for
// markup spelled as a reference: nobody is mentioned, nothing is linked or
// loaded.
package review
