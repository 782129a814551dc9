package verify

import (
	"cmp"
	"encoding/json"
	"strings"

	"onair/publish/bucket"
)

// advice is what to do about a rule: where the objects are in Google Cloud
// Storage, in Amazon S3, in what else speaks S3, and anywhere. A missing one is
// that for anywhere; a missing one for what speaks S3 is that for S3. BUCKET
// stands for the bucket's name, PREFIX for what its URL has behind it, as a
// string in JSON has it, ERRORPAGE for the key of 404.html and OPTIONS for the
// options of its URL. Commands of aws get the endpoint and the region. What is to
// be pasted comes last.
type advice struct{ gs, s3, speaks, any string }

// What lets everybody read objects in S3, and nobody list them.
const (
	readPolicy = `aws s3api put-bucket-policy --bucket BUCKET --policy '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/PREFIX*"}]}'`
	readOnlyS3 = "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false && " + readPolicy
)

// What makes a bucket answer with pages, as a web server does.
const (
	websiteGS = "gcloud storage buckets update gs://BUCKET --web-main-page-suffix=index.html --web-error-page=ERRORPAGE"
	websiteS3 = "aws s3 website s3://BUCKET --index-document index.html --error-document ERRORPAGE"
)

var hints = map[string]advice{
	"B001": {
		gs:  "gcloud storage buckets create gs://BUCKET --location=europe-west1 --uniform-bucket-level-access",
		s3:  "aws s3 mb s3://BUCKET",
		any: "create it",
	},
	"B002": {
		gs:     "give yourself roles/storage.objectAdmin: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=user:YOU --role=roles/storage.objectAdmin",
		s3:     `give yourself what it takes (a role: put-role-policy --role-name): aws iam put-user-policy --user-name YOU --policy-name onair-BUCKET --policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::BUCKET"}, {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], "Resource": "arn:aws:s3:::BUCKET/PREFIX*"}]}'`,
		speaks: "use keys that may list BUCKET, and read, write and delete its objects",
		any:    "use credentials that may",
	},
	"B004": {
		gs:     "gcloud storage buckets remove-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.objectViewer, and add roles/storage.legacyObjectReader instead",
		s3:     "in place of its policy: " + readOnlyS3,
		speaks: "in place of its policy: " + readPolicy,
		any:    "let everybody read objects, and nobody list them",
	},
	"B006": {
		gs:  "gcloud storage buckets create gs://BUCKET-private --location=SAME --uniform-bucket-level-access --public-access-prevention, then state: gs://BUCKET-private in show.yaml",
		s3:  "aws s3 mb s3://BUCKET-private, then state: s3://BUCKET-privateOPTIONS in show.yaml",
		any: "give them a bucket of their own: state: in show.yaml",
	},
	"B007": {
		gs:     "gcloud storage buckets update gs://BUCKET --public-access-prevention",
		s3:     "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
		speaks: "without bucket policies, put-bucket-acl --acl private (B2); else: aws s3api delete-bucket-policy --bucket BUCKET",
		any:    "let nobody but you read it",
	},
	"B008": {
		gs:  "gcloud storage buckets update gs://BUCKET --versioning",
		s3:  "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled",
		any: "keep earlier versions of its objects",
	},
	"B008 none": {any: "keep the masters elsewhere as well"},
	"B009": {
		gs:  "a CDN may do it instead (onair cdn config); in the bucket: " + websiteGS,
		s3:  "a CDN may do it instead (onair cdn config); in the bucket: " + websiteS3,
		any: "a CDN may do it instead (onair cdn config)",
	},
	"B010":     {any: "look again after the first publish: onair bucket check"},
	"B010 CDN": {any: "look at what listeners get: onair verify"},
	"B011": {
		gs:     "the permission storage.buckets.get is missing: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=user:YOU --role=roles/storage.legacyBucketReader",
		s3:     `a permission is missing, s3:GetBucketVersioning or s3:GetBucketWebsite (a role: put-role-policy --role-name): aws iam put-user-policy --user-name YOU --policy-name onair-check-BUCKET --policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetBucketVersioning", "s3:GetBucketWebsite"], "Resource": "arn:aws:s3:::BUCKET"}]}'`,
		speaks: "use keys that may s3:GetBucketVersioning and s3:GetBucketWebsite on BUCKET",
		any:    "use credentials that may",
	},
	"V001": {any: "look at url: in show.yaml, the name in DNS, and the certificate of the server or CDN"},
	"V002": {any: "let url: show what storage: holds, prefix included; a CDN may remember that nothing was there: purge it"},
	"V002 denied": {
		gs:     "let everybody read objects, and nobody list them: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.legacyObjectReader",
		s3:     "let everybody read objects, in place of its policy: " + readOnlyS3,
		speaks: "let everybody read objects; without bucket policies, by a domain (R2) or put-bucket-acl --acl public-read (B2); else, in place of its policy: " + readPolicy,
		any:    "let everybody read what storage: holds: the server its files, the CDN its origin",
	},
	"V002 page": {
		gs:     "where index.html itself can be had, let it be the page of its folder: " + websiteGS + ", or a rewrite in the CDN (onair cdn config)",
		s3:     "where index.html itself can be had, let it be the page of its folder: " + websiteS3 + ", or a rewrite in the CDN (onair cdn config)",
		speaks: "where index.html itself can be had, let it be the page of its folder: a rewrite in the CDN (onair cdn config)",
		any:    "where index.html itself can be had, let it be the page of its folder: index index.html; in nginx, a rewrite in a CDN (onair cdn config)",
	},
	"V003": {any: "something on the way changes the file: switch off compression, minifying and polishing for it"},
	"V004": {
		gs:  "onair publish sets the type of the object; if it is right there, the CDN changes it",
		s3:  "onair publish sets the type of the object; if it is right there, the CDN changes it",
		any: "let the server know the type: onair cdn config nginx prints the list; a CDN passes on what its origin says",
	},
	"V005": {any: "apps seek by byte ranges, and Apple asks for them: let the CDN keep whole files and serve parts (Cloudflare: a cache rule that makes audio eligible; nginx: proxy_force_ranges on, and gzip off for audio)"},
	"V006": {
		gs:  `gcloud storage buckets update gs://BUCKET --cors-file=cors.json, with [{"origin": ["*"], "method": ["GET", "HEAD"], "responseHeader": ["Content-Type", "Range"], "maxAgeSeconds": 3600}] in that file; then purge`,
		s3:  `this, then a purge: aws s3api put-bucket-cors --bucket BUCKET --cors-configuration '{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]}'`,
		any: `send Access-Control-Allow-Origin: * (nginx: add_header Access-Control-Allow-Origin "*" always; Cloudflare: a response header transform rule)`,
	},
	"V007": {any: "purge it at the CDN; if the bucket itself holds other bytes, onair publish sends them again"},
	"V008": {any: "let the CDN pass on what its origin says (Cloudflare: browser cache TTL, respect existing headers; nginx: no expires)"},
	"V009": {any: "Apple asks with HEAD before it takes an episode: allow the method in the server and the CDN"},
	"V010": {any: "purge it at the CDN, or wait until its copy is too old; if the CDN rewrites what passes (minifying, hiding e-mail addresses), switch that off"},
	"V011": {any: "onair plan shows the difference, onair publish makes it live"},
	"V012": {any: "ask whoever runs the redirect; without enclosure_prefix: in show.yaml the next publish leads apps to the audio directly"},
	"V014": {any: "does url: in show.yaml lead to this show? onair publish writes the feed again"},
	"V016": {any: "renew the certificate, and see why it was not renewed by itself"},
	"V017": {any: "redirect to https:// (Cloudflare: always use HTTPS; nginx: return 301 https://$host$request_uri;)"},
	"V018": {
		gs:     websiteGS,
		s3:     websiteS3,
		speaks: "let the CDN answer with status 404 and 404.html: onair cdn config",
		any:    "answer with status 404 and 404.html (nginx: error_page 404 /404.html;)",
	},
	"V019": {
		gs:  "keep the records in a bucket that only you can read: state: gs://BUCKET-private in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		s3:  "keep the records in a bucket that only you can read: state: s3://BUCKET-privateOPTIONS in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		any: "let the server answer /.onair/ with 404 (nginx: location /.onair/ { return 404; })",
	},
	"V020": {any: "run onair publish again: it finishes what is left, and looks whether listeners get it"},
	"V021": {any: "onair check shows them"},
}

// sameAdvice are rules about a bucket that see what another sees from outside.
var sameAdvice = map[string]string{"B003": "V002 denied", "B005": "V006"}

// hint is the advice about a rule for the storage that is looked at.
func (w *Web) hint(rule string) string {
	a := hints[rule]
	if other, ok := sameAdvice[rule]; ok {
		return w.hint(other)
	}
	at := bucket.ParseURL(w.Storage)
	text := a.any
	switch {
	case at.Scheme == "gs":
		text = cmp.Or(a.gs, text)
	case at.Scheme == "s3" && at.Options.Has("endpoint"):
		text = cmp.Or(a.speaks, a.s3, text)
	case at.Scheme == "s3":
		text = cmp.Or(a.s3, text)
	}
	return fill(text, at)
}

// errorPage returns the key of the page for what is not there.
func errorPage(at bucket.URL) string { return at.Prefix + "404.html" }

// fill replaces the placeholders in advice by what the URL of a bucket says.
func fill(advice string, at bucket.URL) string {
	aws := "aws "
	for _, option := range []string{"endpoint", "region"} {
		if value := at.Options.Get(option); value != "" {
			aws += strings.Replace("--"+option+" ", "endpoint", "endpoint-url", 1) + quoted(value) + " "
		}
	}
	inJSON, _ := json.Marshal(at.Prefix)
	return strings.NewReplacer(
		"aws s3", aws+"s3",
		"BUCKET", at.Name,
		"PREFIX", strings.ReplaceAll(strings.Trim(string(inJSON), `"`), "'", `\u0027`), // between the quotes of a shell
		"ERRORPAGE", quoted(errorPage(at)),
		"OPTIONS", at.Query,
	).Replace(advice)
}

// quoted is a word for a shell.
func quoted(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
