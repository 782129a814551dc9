package publish

import "strings"

// advice is what to do about a rule: where the objects are in Google Cloud
// Storage, in S3, and anywhere. BUCKET stands for the bucket's name. A missing
// one is that for anywhere.
type advice struct{ gs, s3, any string }

var hints = map[string]advice{
	"B001": {
		gs:  "gcloud storage buckets create gs://BUCKET --location=europe-west1 --uniform-bucket-level-access",
		s3:  "aws s3 mb s3://BUCKET",
		any: "create it",
	},
	"B002": {
		gs:  "give yourself roles/storage.objectAdmin: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=user:YOU --role=roles/storage.objectAdmin",
		s3:  "allow s3:ListBucket on arn:aws:s3:::BUCKET, and s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::BUCKET/*",
		any: "use credentials that may",
	},
	"B004": {
		gs:  "gcloud storage buckets remove-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.objectViewer, and add roles/storage.legacyObjectReader instead",
		s3:  "take s3:ListBucket out of the bucket policy: aws s3api get-bucket-policy --bucket BUCKET",
		any: "let everybody read objects, and nobody list them",
	},
	"B006": {
		gs:  "gcloud storage buckets create gs://BUCKET-private --location=SAME --uniform-bucket-level-access --public-access-prevention, then state: gs://BUCKET-private in show.yaml",
		s3:  "aws s3 mb s3://BUCKET-private, then state: s3://BUCKET-private in show.yaml",
		any: "give them a bucket of their own: state: in show.yaml",
	},
	"B007": {
		gs:  "gcloud storage buckets update gs://BUCKET --public-access-prevention",
		s3:  "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
		any: "let nobody but you read it",
	},
	"B008": {
		gs:  "gcloud storage buckets update gs://BUCKET --versioning",
		s3:  "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled",
		any: "keep earlier versions of its objects",
	},
	"V001": {any: "look at url: in show.yaml, the name in DNS, and the certificate of the server or CDN"},
	"V002": {any: "let url: show what storage: holds, prefix included; a CDN may remember that nothing was there: purge it"},
	"V002 denied": {
		gs:  "let everybody read objects, and nobody list them: gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=allUsers --role=roles/storage.legacyObjectReader",
		s3:  "let everybody read objects: a bucket policy that allows s3:GetObject on arn:aws:s3:::BUCKET/* to everybody",
		any: "let everybody read what storage: holds: the server its files, the CDN its origin",
	},
	"V002 page": {
		gs:  "where index.html itself can be had, let it be the page of its folder: gcloud storage buckets update gs://BUCKET --web-main-page-suffix=index.html --web-error-page=404.html, or a rewrite in the CDN (onair cdn config)",
		s3:  "where index.html itself can be had, let it be the page of its folder: aws s3 website s3://BUCKET --index-document index.html --error-document 404.html, or a rewrite in the CDN (onair cdn config)",
		any: "where index.html itself can be had, let it be the page of its folder: index index.html; in nginx, a rewrite in a CDN (onair cdn config)",
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
		s3:  `aws s3api put-bucket-cors --bucket BUCKET --cors-configuration '{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]}'; then purge`,
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
		gs:  "gcloud storage buckets update gs://BUCKET --web-main-page-suffix=index.html --web-error-page=404.html",
		s3:  "aws s3 website s3://BUCKET --index-document index.html --error-document 404.html",
		any: "answer with status 404 and 404.html (nginx: error_page 404 /404.html;)",
	},
	"V019": {
		gs:  "keep the records in a bucket that only you can read: state: gs://BUCKET-private in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		s3:  "keep the records in a bucket that only you can read: state: s3://BUCKET-private in show.yaml; until then let the CDN answer /.onair/ with 404 (onair cdn config)",
		any: "let the server answer /.onair/ with 404 (nginx: location /.onair/ { return 404; })",
	},
}

// sameAdvice are rules about a bucket that see what another sees from outside.
var sameAdvice = map[string]string{"B003": "V002 denied", "B005": "V006"}

// hint is the advice about a rule for the storage that is looked at.
func (w *Web) hint(rule string) string {
	a := hints[rule]
	if other, ok := sameAdvice[rule]; ok {
		return w.hint(other)
	}
	scheme, rest, _ := strings.Cut(w.Storage, "://")
	text := a.any
	switch {
	case scheme == "gs" && a.gs != "":
		text = a.gs
	case scheme == "s3" && a.s3 != "":
		text = a.s3
	}
	name, _, _ := strings.Cut(rest, "/")
	name, _, _ = strings.Cut(name, "?")
	return strings.ReplaceAll(text, "BUCKET", name)
}
