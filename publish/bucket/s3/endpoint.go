package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// address returns the address of a bucket, without a slash at its end, and the region for
// signatures.
func (l *location) address(cfg aws.Config) (base *url.URL, region string, err error) {
	endpoint := cmp.Or(l.endpoint, configuredEndpoint(cfg))
	region = cfg.Region
	// Endpoints other than Amazon's seldom have a host name for each bucket, and seldom need
	// a region.
	pathStyle := endpoint != ""
	if l.given {
		pathStyle = l.pathStyle
	}
	fips := setting(cfg, fipsSetting.GetUseFIPSEndpoint) == aws.FIPSEndpointStateEnabled
	switch {
	case endpoint != "" && fips:
		return nil, "", errors.New("AWS_USE_FIPS_ENDPOINT is for endpoints of Amazon: leave it or the endpoint out")
	case endpoint != "":
		region = cmp.Or(region, "us-east-1")
	case region == "":
		return nil, "", errors.New("no region: add ?region=eu-central-1, or whichever the bucket is in, or set AWS_REGION")
	default:
		endpoint = "https://" + amazonHost(cfg, fips)
	}
	base, err = url.Parse(strings.TrimSuffix(endpoint, "/"))
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return nil, "", errors.New("AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or endpoint_url of the profile: want the address of a server, such as https://s3.example.com")
	}
	if pathStyle || !hostable(l.name, base.Scheme) {
		base.Path += "/" + l.name
	} else {
		base.Host = l.name + "." + base.Host
	}
	return base, region, nil
}

// hostable reports whether the name of a bucket can begin the name of a host. Amazon's
// certificates do not cover further dots.
func hostable(name, scheme string) bool {
	if _, err := netip.ParseAddr(name); err == nil || strings.Contains(name, "_") || scheme == "https" && strings.Contains(name, ".") {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) < 3 || len(label) > 63 || strings.Trim(label, "-") != label {
			return false
		}
	}
	return true
}

// domains are the domains of Amazon's partitions, by the start of a region's name. Other
// regions are in amazonaws.com.
var domains = []struct{ region, domain string }{
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov"},
}

// amazonHost returns Amazon's host in the region of the settings, also if
// AWS_USE_DUALSTACK_ENDPOINT or the profile asks for IPv6.
func amazonHost(cfg aws.Config, fips bool) string {
	host := "s3"
	if fips {
		host = "s3-fips"
	}
	if setting(cfg, dualStackSetting.GetUseDualStackEndpoint) == aws.DualStackEndpointStateEnabled {
		host += ".dualstack"
	}
	domain := "amazonaws.com"
	for _, p := range domains {
		if strings.HasPrefix(cfg.Region, p.region) {
			domain = p.domain
		}
	}
	return fmt.Sprintf("%s.%s.%s", host, cfg.Region, domain)
}

// configuredEndpoint returns the endpoint in AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the
// profile; empty if there is none.
func configuredEndpoint(cfg aws.Config) string {
	if setting(cfg, ignoreSetting.GetIgnoreConfiguredEndpoints) {
		return ""
	}
	_, general := os.LookupEnv("AWS_ENDPOINT_URL")
	_, ours := os.LookupEnv("AWS_ENDPOINT_URL_S3")
	endpoint := ""
	if ours || !general { // the environment goes before the profile
		endpoint = setting(cfg, func(s endpointSetting, ctx context.Context) (string, bool, error) {
			return s.GetServiceBaseEndpoint(ctx, "S3")
		})
	}
	return cmp.Or(endpoint, aws.ToString(cfg.BaseEndpoint))
}

// Settings that the SDK reads from the environment and from profiles.
type (
	fipsSetting interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	dualStackSetting interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
	ignoreSetting interface {
		GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
	}
	endpointSetting interface {
		GetServiceBaseEndpoint(ctx context.Context, service string) (string, bool, error)
	}
)

// setting returns the value of a setting in the first source that has it, or the zero
// value.
func setting[Source, Value any](cfg aws.Config, get func(Source, context.Context) (Value, bool, error)) (value Value) {
	for _, source := range cfg.ConfigSources {
		s, ok := source.(Source)
		if !ok {
			continue
		}
		if value, found, err := get(s, context.Background()); found && err == nil {
			return value
		}
	}
	return value
}
