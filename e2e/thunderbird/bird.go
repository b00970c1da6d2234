package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The programs, by the names of Debian's packages.
var programs = []struct{ file, of string }{
	{"/usr/lib/thunderbird/thunderbird", "thunderbird"}, {"/usr/bin/Xvfb", "xvfb"}, {"/usr/bin/openbox", "openbox"}, {"/usr/bin/import", "imagemagick"},
}

// missing says what is not on this machine.
func missing() error {
	var lacks []string
	for _, p := range programs {
		if _, err := os.Stat(p.file); err != nil {
			lacks = append(lacks, p.of)
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	return errors.New("not installed: " + strings.Join(lacks, ", ") + "; apt-get install --no-install-recommends " + strings.Join(lacks, " ") + " does it")
}

// account is whose Thunderbird it is, and where their mail is.
type account struct {
	name, address, password string
	imap, smtp              string // host:port
}

// bird is a running Thunderbird with a profile and a screen of its own, which nobody sees.
type bird struct {
	*marionette
	dir     string
	display string
	running []*exec.Cmd
	said    bytes.Buffer
}

// hatch starts one. Close it.
func hatch(a account) (*bird, error) {
	dir, err := os.MkdirTemp("", "thunderbird")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a profile: %w", err)
	}
	b := &bird{dir: dir}
	if err := b.open(a); err != nil {
		b.close()
		return nil, fmt.Errorf("start %s's Thunderbird: %w\n%.3000s", a.name, err, b.said.String())
	}
	return b, nil
}

func (b *bird) open(a account) error {
	prefs, err := profile(a)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "user.js"), []byte(prefs), 0o600); err != nil {
		return err
	}
	if err := b.screen(); err != nil {
		return err
	}
	if err := b.start(nil, "/usr/bin/openbox"); err != nil {
		return err
	}
	if err := b.start(nil, "/usr/lib/thunderbird/thunderbird", "--profile", b.dir, "--no-remote", "--marionette", "--remote-allow-system-access"); err != nil {
		return err
	}
	port, err := b.port()
	if err != nil {
		return err
	}
	if b.marionette, err = dial(net.JoinHostPort("127.0.0.1", port)); err != nil {
		return err
	}
	return b.run(ready, nil, a.password)
}

// screen starts an X server, which says by which number it is known.
func (b *bird) screen() error {
	number, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer number.Close()
	err = b.start([]*os.File{theirs}, "/usr/bin/Xvfb", "-displayfd", "3", "-screen", "0", "1280x960x24", "-nolisten", "tcp")
	_ = theirs.Close() // Xvfb has its own
	if err != nil {
		return err
	}
	if err := number.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	said, err := bufio.NewReader(number).ReadString('\n') // it writes in two pieces, and dies of a pipe that was closed between them
	if err != nil {
		return fmt.Errorf("start a screen: %w", err)
	}
	b.display = ":" + strings.TrimSpace(said)
	return nil
}

// port is where Thunderbird listens, which it writes down.
func (b *bird) port() (string, error) {
	for end := time.Now().Add(replyWithin); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if held, err := os.ReadFile(filepath.Join(b.dir, "MarionetteActivePort")); err == nil && len(held) > 0 {
			return strings.TrimSpace(string(held)), nil
		}
	}
	return "", errors.New("it does not listen")
}

// start starts a program that ends with us, in a group of its own.
func (b *bird) start(files []*os.File, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...) // #nosec G204 -- programs by their full names
	cmd.Dir, cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = b.dir, files, &b.said, &b.said
	cmd.Env = []string{"HOME=" + b.dir, "DISPLAY=" + b.display, "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=Europe/London", "NO_AT_BRIDGE=1", "GDK_BACKEND=x11", "MOZ_CRASHREPORTER_DISABLE=1", "LIBGL_ALWAYS_SOFTWARE=1"}
	cmd.WaitDelay = time.Second // children of its own may hold the pipe
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(args[0]), err)
	}
	b.running = append(b.running, cmd)
	return nil
}

// close stops it and its screen.
func (b *bird) close() {
	if b.marionette != nil {
		_ = b.conn.Close() // it ends next
	}
	for i := len(b.running) - 1; i >= 0; i-- {
		_ = syscall.Kill(-b.running[i].Process.Pid, syscall.SIGKILL) // a profile that nobody will open again
		_ = b.running[i].Wait()                                      // killed
	}
	_ = os.RemoveAll(b.dir) // in the temporary folder in any case
}

// photograph keeps the whole screen as a picture.
func (b *bird) photograph(file string) error {
	cmd := exec.Command("/usr/bin/import", "-display", b.display, "-window", "root", file) // #nosec G204 -- our own words
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("photograph the screen: %w: %s", err, out)
	}
	return nil
}

// profile is the preferences that make an account with a calendar, and keep Thunderbird from asking the world for anything.
func profile(a account) (string, error) {
	imapHost, imapPort, err := net.SplitHostPort(a.imap)
	if err != nil {
		return "", err
	}
	smtpHost, smtpPort, err := net.SplitHostPort(a.smtp)
	if err != nil {
		return "", err
	}
	user, _, _ := strings.Cut(a.address, "@")
	var all strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(fmt.Sprintf(preferences, a.name, a.address, user, imapHost, imapPort, smtpHost, smtpPort)), "\n") {
		name, value, _ := strings.Cut(line, " ")
		fmt.Fprintf(&all, "user_pref(%q, %s);\n", name, value)
	}
	return all.String(), nil
}

const preferences = `
mail.accountmanager.accounts "account1"
mail.accountmanager.defaultaccount "account1"
mail.account.account1.server "server1"
mail.account.account1.identities "id1"
mail.identity.id1.fullName %[1]q
mail.identity.id1.useremail %[2]q
mail.identity.id1.smtpServer "smtp1"
mail.identity.id1.valid true
mail.identity.id1.fcc false
mail.server.server1.type "imap"
mail.server.server1.name %[2]q
mail.server.server1.userName %[3]q
mail.server.server1.hostname %[4]q
mail.server.server1.port %[5]s
mail.server.server1.socketType 0
mail.server.server1.authMethod 3
mail.server.server1.login_at_startup false
mail.smtpservers "smtp1"
mail.smtp.defaultserver "smtp1"
mail.smtpserver.smtp1.hostname %[6]q
mail.smtpserver.smtp1.port %[7]s
mail.smtpserver.smtp1.authMethod 1
mail.smtpserver.smtp1.try_ssl 0
calendar.registry.own.type "storage"
calendar.registry.own.uri "moz-storage-calendar://"
calendar.registry.own.name "Calendar"
calendar.registry.own.calendar-main-in-composite true
calendar.registry.own.calendar-main-default true
calendar.registry.own.imip.identity.key "id1"
calendar.item.promptDelete false
calendar.timezone.useSystemTimezone false
calendar.timezone.local "Europe/London"
marionette.port 0
remote.prefs.recommended false
mail.provider.suppress_dialog_on_startup true
mail.shell.checkDefaultClient false
mail.rights.version 1
mail.winsearch.firstRunDone true
mail.biff.show_alert false
mail.biff.play_sound false
mail.inappnotifications.enabled false
mailnews.start_page.enabled false
mailnews.start_page_override.mstone "ignore"
app.donation.eoy.version.viewed 999
app.update.enabled false
browser.safebrowsing.malware.enabled false
browser.safebrowsing.phishing.enabled false
datareporting.policy.dataSubmissionEnabled false
datareporting.healthreport.uploadEnabled false
toolkit.telemetry.enabled false
network.captive-portal-service.enabled false
network.connectivity-service.enabled false
services.settings.server "data:,#remote-settings-dummy/v1"
extensions.update.enabled false
general.warnOnAboutConfig false
`
