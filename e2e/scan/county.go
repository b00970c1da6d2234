package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/allclear-safety/allclear/e2e/postgres"
	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

const (
	startWithin = 30 * time.Second
	stopWithin  = 20 * time.Second

	account   = "ACe2e00000000000000000000000000000"
	authToken = "0e2e0e2e0e2e0e2e0e2e0e2e0e2e0e2e" // #nosec G101 -- of an invented account
)

// county is an Allclear with TLS, a database of its own, and a few people, visits and alarms in it.
type county struct {
	binary, folder, database string
	url                      string // the public address
	at                       string // host:port that Allclear itself listens on
	certificate              tls.Certificate
	client                   *http.Client
	recorder                 *recorder
	provider                 *twilio.Server
	door                     *http.Server // the provider's
	doorAt                   string
	process                  *exec.Cmd
	log                      *os.File
	token                    string
	here                     ids
}

// ids are what is there to be asked about.
type ids struct{ visit, alarm, shift string }

// openCounty starts Allclear and settles the county.
func openCounty(ctx context.Context, binary, folder string, cluster *postgres.Cluster, database string) (*county, error) {
	c := &county{binary: binary, folder: folder, database: "sqlite:" + filepath.Join(folder, "allclear.db")}
	if err := c.open(ctx, cluster, database); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *county) open(ctx context.Context, cluster *postgres.Cluster, database string) (err error) {
	if database == "postgres" {
		if c.database, err = cluster.Database(ctx); err != nil {
			return err
		}
	}
	if c.recorder, err = newRecorder(); err != nil {
		return err
	}
	c.url = "https://" + c.recorder.address()
	if err := c.certify(); err != nil {
		return fmt.Errorf("make certificate: %w", err)
	}
	if err := c.openProvider(); err != nil {
		return fmt.Errorf("start the stand-in for Twilio: %w", err)
	}
	if err := c.start(ctx); err != nil {
		return fmt.Errorf("start allclear: %w", err)
	}
	to, err := url.Parse("https://" + c.at)
	if err != nil {
		return err
	}
	c.recorder.begin(to, c.certificate, c.client.Transport.(*http.Transport))
	return c.settle(ctx)
}

// certify makes a certificate for this machine that signs itself, and a client that trusts it alone.
func (c *county) certify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	if err := errors.Join(os.WriteFile(c.file("cert.pem"), cert, 0o600), os.WriteFile(c.file("key.pem"), private, 0o600)); err != nil {
		return err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(cert)
	c.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, MaxIdleConnsPerHost: 16, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.certificate, err = tls.X509KeyPair(cert, private)
	return err
}

func (c *county) file(name string) string { return filepath.Join(c.folder, name) }

// openProvider starts what plays Twilio: nobody real is texted.
func (c *county) openProvider() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.doorAt = "http://" + l.Addr().String()
	c.provider = twilio.New(twilio.Options{AccountSID: account, AuthToken: authToken, Hook: c.url, Now: time.Now, Forget: true, Silent: true})
	c.door = &http.Server{Handler: c.provider, ReadHeaderTimeout: time.Minute}
	go func() { _ = c.door.Serve(l) }() // ends at close
	return nil
}

func (c *county) environment() []string {
	return append(town.Environment(c.database), "ALLCLEAR_LISTEN="+c.at, "ALLCLEAR_URL="+c.url, "ALLCLEAR_TLS_CERT="+c.file("cert.pem"), "ALLCLEAR_TLS_KEY="+c.file("key.pem"),
		"ALLCLEAR_LOG_LEVEL=debug",
		"ALLCLEAR_TWILIO_ACCOUNT_SID="+account, "ALLCLEAR_TWILIO_AUTH_TOKEN="+authToken, "ALLCLEAR_TWILIO_FROM=+441632960999", "ALLCLEAR_TWILIO_API="+c.doorAt)
}

// start runs `allclear serve` until it answers; it dies with us.
func (c *county) start(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.at = l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	if c.log, err = os.Create(c.file("allclear.log")); err != nil {
		return err
	}
	c.process = exec.Command(c.binary, "serve") // #nosec G204 -- the program that the developer names
	c.process.Dir, c.process.Env, c.process.Stdout, c.process.Stderr = c.folder, c.environment(), c.log, c.log
	c.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.process.Start(); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, startWithin)
	defer done()
	for {
		status, _, err := c.ask(ctx, http.MethodGet, "https://"+c.at+"/healthz", "", nil)
		if err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for /healthz: %w (%s says why)", ctx.Err(), c.log.Name())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop asks Allclear to stop, as a supervisor does.
func (c *county) stop() error {
	process := c.process
	c.process = nil
	_ = process.Process.Signal(syscall.SIGTERM) // ended already shows below
	late := time.AfterFunc(stopWithin, func() { _ = process.Process.Kill() })
	defer late.Stop()
	if err := process.Wait(); err != nil {
		return fmt.Errorf("stop allclear: %w", err)
	}
	return nil
}

func (c *county) close() {
	if c.process != nil && c.process.Process != nil {
		_ = c.process.Process.Kill()
		_ = c.process.Wait() // how it ended is in its log
	}
	if c.recorder != nil {
		c.recorder.close()
	}
	if c.door != nil {
		_ = c.door.Close()
		c.provider.Close()
	}
	if c.log != nil {
		_ = c.log.Close()
	}
}

// command runs another allclear command beside the server, and gives the last line it printed.
func (c *county) command(ctx context.Context, args ...string) (string, error) {
	var problems bytes.Buffer
	cmd := exec.CommandContext(ctx, c.binary, args...) // #nosec G204 -- the program that the developer names
	cmd.Dir, cmd.Env, cmd.Stderr = c.folder, c.environment(), &problems
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("allclear %s: %w: %s", strings.Join(args[:2], " "), err, problems.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], nil
}

// ask makes a request and reads all of its answer.
func (c *county) ask(ctx context.Context, method, address, kind string, body []byte, headers ...string) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }() // read to its end
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// call makes a call of the API that must succeed, and reads its answer into out.
func (c *county) call(ctx context.Context, method, path string, body, out any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	status, answer, err := c.ask(ctx, method, "https://"+c.at+"/api/v1"+path, "application/json", raw, "Authorization", "Bearer "+c.token)
	if err == nil && status >= 300 {
		err = fmt.Errorf("answered %d: %s", status, answer)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(answer, out)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
