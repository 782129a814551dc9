package verify

import (
	"cmp"
	"encoding/json"
	"strings"

	"onair/internal/finding"
	"onair/internal/shell"
	"onair/publish/bucket"
)

// A remedy says what to do about a rule, by where the objects are. An empty text for
// Google or S3 means the text for other storage, and an empty text for other services
// with the S3 API means the text for Amazon S3. Commands to be pasted come last. [fill]
// replaces these placeholders:
//
//	BUCKET     the name of the bucket
//	PREFIX     the prefix of the keys, as part of a JSON string
//	ERRORPAGE  the key of 404.html, quoted for a shell
//	OPTIONS    the query of the bucket's URL
//	aws s3     gets --endpoint-url and --region
type remedy struct {
	gs     string // Google Cloud Storage
	s3     string // Amazon S3
	likeS3 string // other services with the S3 API
	other  string
}

// Commands that let everybody read objects in S3 and nobody list them.
const (
	readPolicy = `aws s3api put-bucket-policy --bucket BUCKET --policy '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/PREFIX*"}]}'`
	readOnlyS3 = "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false && " + readPolicy
)

// Commands that make a bucket serve pages, as a web server does.
const (
	websiteGS = "gcloud storage buckets update gs://BUCKET --web-main-page-suffix=index.html --web-error-page=ERRORPAGE"
	websiteS3 = "aws s3 website s3://BUCKET --index-document index.html --error-document ERRORPAGE"
)

// remedies has the remedies by the ID of their rule.
var remedies = map[string]remedy{
	ruleNoBucket.ID: {
		gs:    "gcloud storage buckets create gs://BUCKET --location=europe-west1 --uniform-bucket-level-access",
		s3:    "aws s3 mb s3://BUCKET",
		other: "create it",
	},
	ruleNoAccess.ID: {
		gs:     "give yourself roles/storage.objectUser: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=user:YOU --role=roles/storage.objectUser",
		s3:     `grant yourself the missing permissions (a role: put-role-policy --role-name): aws iam put-user-policy --user-name YOU --policy-name onair-BUCKET --policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::BUCKET"}, {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], "Resource": "arn:aws:s3:::BUCKET/PREFIX*"}]}'`,
		likeS3: "use keys that may list BUCKET, and read, write and delete its objects",
		other:  "use credentials that may",
	},
	ruleListable.ID: {
		gs:     "gcloud storage buckets remove-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.objectViewer, and add roles/storage.legacyObjectReader instead",
		s3:     "in place of its policy: " + readOnlyS3,
		likeS3: "in place of its policy: " + readPolicy,
		other:  "let everybody read objects, and nobody list them",
	},
	ruleSharedBucket.ID: {
		gs:    "gcloud storage buckets create gs://BUCKET-private --location=SAME --uniform-bucket-level-access --public-access-prevention, then state: gs://BUCKET-private in show.yaml",
		s3:    "aws s3 mb s3://BUCKET-private, then state: s3://BUCKET-privateOPTIONS in show.yaml",
		other: "give them a bucket of their own: state: in show.yaml",
	},
	rulePrivateIsRead.ID: {
		gs:     "gcloud storage buckets update gs://BUCKET --public-access-prevention",
		s3:     "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
		likeS3: "without bucket policies, put-bucket-acl --acl private (B2); else: aws s3api delete-bucket-policy --bucket BUCKET",
		other:  "let nobody but you read it",
	},
	ruleNoVersions.ID: {
		gs:    "gcloud storage buckets update gs://BUCKET --versioning",
		s3:    "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled",
		other: "keep earlier versions of its objects",
	},
	ruleNoWebsite.ID: {
		gs:    "a CDN may do it instead (onair cdn config); in the bucket: " + websiteGS,
		s3:    "a CDN may do it instead (onair cdn config); in the bucket: " + websiteS3,
		other: "a CDN may do it instead (onair cdn config)",
	},
	ruleReadingUnknown.ID: {other: "check again after the first publish: onair bucket check"},
	ruleSettingsDenied.ID: {
		gs:     "the permission storage.buckets.get is missing: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=user:YOU --role=roles/storage.legacyBucketReader",
		s3:     `a permission is missing, s3:GetBucketVersioning or s3:GetBucketWebsite (a role: put-role-policy --role-name): aws iam put-user-policy --user-name YOU --policy-name onair-check-BUCKET --policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetBucketVersioning", "s3:GetBucketWebsite"], "Resource": "arn:aws:s3:::BUCKET"}]}'`,
		likeS3: "use keys that may s3:GetBucketVersioning and s3:GetBucketWebsite on BUCKET",
		other:  "use credentials that may",
	},
	ruleUnreachable.ID: {other: "check url: in show.yaml, the name in DNS, and the certificate of the server or CDN"},
	ruleStatus.ID:      {other: "let url: show what storage: holds, prefix included; a CDN may remember that nothing was there: purge it"},
	ruleLength.ID:      {other: "something on the way changes the file: switch off compression, minifying and polishing for it"},
	ruleType.ID: {
		gs:    "onair publish sets the type of the object; if it is right there, the CDN changes it",
		s3:    "onair publish sets the type of the object; if it is right there, the CDN changes it",
		other: "let the server know the type: onair cdn config nginx prints the list; a CDN passes on what its origin says",
	},
	ruleRange.ID: {other: "apps seek by byte ranges, and Apple asks for them: let the CDN keep whole files and serve parts (Cloudflare: a cache rule that makes audio eligible; nginx: proxy_force_ranges on, and gzip off for audio)"},
	ruleCORS.ID: {
		gs:    `gcloud storage buckets update gs://BUCKET --cors-file=cors.json, with [{"origin": ["*"], "method": ["GET", "HEAD"], "responseHeader": ["Range", "Accept-Ranges", "Content-Length", "Content-Range", "ETag"], "maxAgeSeconds": 3600}] in that file; then purge`,
		s3:    `this, then a purge: aws s3api put-bucket-cors --bucket BUCKET --cors-configuration '{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["Range"], "ExposeHeaders": ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"], "MaxAgeSeconds": 3600}]}'`,
		other: `send Access-Control-Allow-Origin: * (nginx: add_header Access-Control-Allow-Origin "*" always; Cloudflare: a response header transform rule)`,
	},
	ruleBytes.ID:        {other: "purge it at the CDN; if the bucket itself holds other bytes, onair publish sends them again"},
	ruleCaching.ID:      {other: "let the CDN pass on what its origin says (Cloudflare: browser cache TTL, respect existing headers; nginx: no expires)"},
	ruleHead.ID:         {other: "Apple asks with HEAD before it takes an episode: allow the method in the server and the CDN"},
	ruleOld.ID:          {other: "purge it at the CDN, or wait until its copy is too old; if the CDN rewrites what passes (minifying, hiding e-mail addresses), switch that off"},
	ruleNotTheFolder.ID: {other: "onair plan shows the difference, onair publish makes it live"},
	rulePrefix.ID:       {other: "ask whoever runs the redirect; without enclosure_prefix: in show.yaml the next publish leads apps to the audio directly"},
	ruleFeed.ID:         {other: "does url: in show.yaml lead to this show? onair publish writes the feed again"},
	ruleCertificate.ID:  {other: "renew the certificate, and check why it was not renewed by itself"},
	ruleNoHTTPS.ID:      {other: "redirect to https:// (Cloudflare: always use HTTPS; nginx: return 301 https://$host$request_uri;)"},
	ruleNotFound.ID: {
		gs:     websiteGS,
		s3:     websiteS3,
		likeS3: "let the CDN answer with status 404 and 404.html: onair cdn config",
		other:  "answer with status 404 and 404.html (nginx: error_page 404 /404.html;)",
	},
	rulePublicRecord.ID: {
		gs:    "keep the records in a bucket that only you can read: state: gs://BUCKET-private in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		s3:    "keep the records in a bucket that only you can read: state: s3://BUCKET-privateOPTIONS in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		other: "let the server answer /.onair/ with 404 (nginx: location /.onair/ { return 404; })",
	},
	ruleInterrupted.ID:  {other: "run onair publish again: it finishes the rest and verifies it"},
	ruleFolderErrors.ID: {other: "onair check shows them"},
	ruleChallenge.ID:    {other: "apps cannot solve challenges: let the whole host pass the CDN's bot protection and firewall (Cloudflare: Bot Fight Mode off, and a WAF custom rule with the action Skip for this host; see docs/cdn.md)"},
	ruleVariant.ID:      {other: "let the CDN keep one copy for each Accept-Encoding or compress only text by itself, leave audio alone, and pass on the ETag of its origin; then purge"},
}

// Remedies for a special case of a rule.
var (
	noVersionsAtAll = remedy{other: "keep the masters elsewhere as well"}
	askTheCDN       = remedy{other: "check what listeners get: onair verify"}
	readDenied      = remedy{
		gs:     "let everybody read objects, and nobody list them: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.legacyObjectReader",
		s3:     "let everybody read objects, in place of its policy: " + readOnlyS3,
		likeS3: "let everybody read objects; without bucket policies, by a domain (R2) or put-bucket-acl --acl public-read (B2); else, in place of its policy: " + readPolicy,
		other:  "let everybody read what storage: holds: the server its files, the CDN its origin",
	}
	folderPage = remedy{
		gs:     "if index.html itself can be fetched, make it the page of its folder: " + websiteGS + ", or a rewrite in the CDN (onair cdn config)",
		s3:     "if index.html itself can be fetched, make it the page of its folder: " + websiteS3 + ", or a rewrite in the CDN (onair cdn config)",
		likeS3: "if index.html itself can be fetched, make it the page of its folder: a rewrite in the CDN (onair cdn config)",
		other:  "if index.html itself can be fetched, make it the page of its folder: index index.html; in nginx, a rewrite in a CDN (onair cdn config)",
	}
)

func init() {
	// The same fault has one rule if it is found in the bucket, and another if it is found
	// at the show's address.
	remedies[ruleNotPublic.ID] = readDenied
	remedies[ruleBucketCORS.ID] = remedies[ruleCORS.ID]
}

// remedy returns the remedy of a rule for the storage, or an empty string if there is
// none.
func (w *Web) remedy(rule *finding.Rule) string { return remedies[rule.ID].text(w.Storage) }

// text returns the remedy for the storage with a URL.
func (r remedy) text(storage string) string {
	at := bucket.ParseURL(storage)
	text := r.other
	switch {
	case at.Scheme == "gs":
		text = cmp.Or(r.gs, text)
	case at.Scheme == "s3" && at.Options.Has("endpoint"):
		text = cmp.Or(r.likeS3, r.s3, text)
	case at.Scheme == "s3":
		text = cmp.Or(r.s3, text)
	}
	return fill(text, at)
}

// errorPage returns the key of the page for missing objects.
func errorPage(at bucket.URL) string { return at.Prefix + "404.html" }

// fill replaces the placeholders of a remedy with parts of a bucket's URL.
func fill(text string, at bucket.URL) string {
	aws := "aws "
	for _, option := range []string{"endpoint", "region"} {
		if value := at.Options.Get(option); value != "" {
			aws += strings.Replace("--"+option+" ", "endpoint", "endpoint-url", 1) + shell.Quote(value) + " "
		}
	}
	inJSON, _ := json.Marshal(at.Prefix)
	return strings.NewReplacer(
		"aws s3", aws+"s3",
		"BUCKET", at.Name,
		"PREFIX", strings.ReplaceAll(strings.Trim(string(inJSON), `"`), "'", `\u0027`), // it is inside single quotes
		"ERRORPAGE", shell.Quote(errorPage(at)),
		"OPTIONS", at.Query,
	).Replace(text)
}
