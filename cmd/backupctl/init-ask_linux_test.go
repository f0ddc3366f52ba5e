package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminalArgs has the arguments of the program that the tests start on a terminal: this one.
const terminalArgs = "BACKUPCTL_TEST_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(terminalArgs); args != "" {
		os.Exit(run(strings.Fields(args), clock{now: time.Now, sleep: time.Sleep}, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// keyboardAndScreen is the program on a pseudo-terminal.
type keyboardAndScreen struct {
	*testing.T
	keyboard *os.File
	program  *exec.Cmd

	mu     sync.Mutex
	screen bytes.Buffer
	seen   int // what expect has passed
	closed chan struct{}
}

func onTerminal(t *testing.T, args string) *keyboardAndScreen {
	t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), terminalArgs+"="+args)
	keyboard, err := pty.Start(program)
	if err != nil {
		t.Fatal(err)
	}
	l := &keyboardAndScreen{T: t, keyboard: keyboard, program: program, closed: make(chan struct{})}
	t.Cleanup(func() { _ = keyboard.Close(); _ = program.Process.Kill() })
	go func() {
		defer close(l.closed)
		_, _ = io.Copy(l, keyboard) // ends with EIO when the program ends
	}()
	return l
}

// Write takes what is on the screen.
func (l *keyboardAndScreen) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.screen.Write(bytes.ReplaceAll(p, []byte("\r"), nil))
	return len(p), nil
}

// expect waits until the screen has a text after what was expected before.
func (l *keyboardAndScreen) expect(text string) {
	l.Helper()
	for range 3000 {
		l.mu.Lock()
		rest := l.screen.String()[l.seen:]
		at := strings.Index(rest, text)
		if at >= 0 {
			l.seen += at + len(text)
		}
		l.mu.Unlock()
		if at >= 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	l.Fatalf("no %q on the screen:\n%s", text, l.screen.String())
}

func (l *keyboardAndScreen) press(text string) {
	l.Helper()
	if _, err := l.keyboard.WriteString(text); err != nil {
		l.Fatal(err)
	}
}

// answer waits for a question, and types an answer.
func (l *keyboardAndScreen) answer(question, answer string) {
	l.Helper()
	l.expect(question)
	l.press(answer + "\n")
}

// code is the exit code, when the program has ended.
func (l *keyboardAndScreen) code() int {
	l.Helper()
	<-l.closed
	err := l.program.Wait()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode()
	}
	if err != nil {
		l.Fatal(err)
	}
	return 0
}

// TestInitAsks: answers on a terminal make a file; a wrong answer is refused in the words of the app's own checks, and asked for
// again.
func TestInitAsks(t *testing.T) {
	out := filepath.Join(t.TempDir(), "backup.yaml")
	l := onTerminal(t, "init --out "+out)
	l.answer("Project, the prefix of all names: ", "Shop!")
	l.expect(`is not valid; got "Shop!"; want 2 to 20 lowercase letters, digits and hyphens, starting with a letter`)
	l.answer("Project, the prefix of all names: ", "shop")
	l.answer("Id of the organization", "o-a1b2c3d4e5")
	l.answer("Central account", "111111111111")
	l.answer("Its Region: ", "Frankfurt")
	l.expect("is not a Region code; for Frankfurt write eu-central-1 [F-REG-4]")
	l.answer("Its Region: ", "eu-central-1")
	l.answer("E-mail address", "oncall@example.com")
	l.answer("Its name: ", "shop")
	l.answer("Its environment", "prod")
	l.answer("Its account: ", "222222222222")
	l.answer("Its Region: ", "eu-west-1")
	l.expect("Every bucket has a tier")
	l.answer("Bucket of shop-prod (one at least): ", "")
	l.expect("is not valid")
	l.answer("Bucket of shop-prod (one at least): ", "shop-lake")
	l.answer("Its tier: ", "critcal_sensitive_data")
	l.expect("did you mean critical_sensitive_data?")
	l.answer("Its tier: ", "critical_sensitive_data")
	l.answer("Does it exist already?", "perhaps")
	l.expect("want y or n")
	l.answer("Does it exist already?", "y")
	l.answer("For how many days are copies of critical_sensitive_data kept?", "0")
	l.expect("is out of range; got 0; want 1 to 36500 days [F-S3-4]")
	l.answer("For how many days are copies of critical_sensitive_data kept?", "2555")
	// The same bucket once more is a mistake of the whole file.
	l.answer("Bucket of shop-prod (Enter: no more): ", "shop-lake")
	l.answer("Its tier: ", "curated_data")
	l.answer("Does it exist already?", "")
	l.expect("shop-lake")
	l.answer("Bucket of shop-prod (Enter: no more): ", "")
	// So is a second workload of the same name: it is asked for again.
	l.answer("Another workload?", "y")
	for _, environment := range []string{"prod", "dev"} {
		l.answer("Its name: ", "shop")
		l.answer("Its environment", environment)
		l.answer("Its account: ", "333333333333")
		l.answer("Its Region: ", "eu-west-1")
		if environment == "prod" {
			l.expect("another workload is shop-prod too")
		}
	}
	l.answer("Bucket of shop-dev (one at least): ", "shop-dev-lake")
	l.answer("Its tier: ", "curated_data")
	l.answer("Does it exist already?", "no")
	l.answer("Bucket of shop-dev (Enter: no more): ", "")
	l.answer("Another workload?", "")
	l.expect("wrote " + out)
	if code := l.code(); code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, l.screen.String())
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	cfg := loaded(t, string(text))
	w := cfg.Workloads[0]
	if len(cfg.Workloads) != 2 || cfg.Workloads[1].ID() != "shop-dev" || w.ID() != "shop-prod" || w.Region != "eu-west-1" || len(w.Buckets) != 1 || !w.Buckets[0].Existing ||
		w.Buckets[0].Tier != "critical_sensitive_data" || cfg.Alerts.Email[0] != "oncall@example.com" ||
		!strings.Contains(string(text), "2555") {
		t.Errorf("got %s", text)
	}
}

// TestInitInterrupted: Ctrl-C ends a question with 130, and the end of the input is no answer. Nothing is written.
func TestInitInterrupted(t *testing.T) {
	for _, c := range []struct {
		key, says string
		code      int
	}{{"\x03", "interrupted; nothing was written", 130}, {"\x04", "nothing was written: the answers ended", exitWrong}} {
		dir := t.TempDir()
		l := onTerminal(t, "init --project shop --out "+filepath.Join(dir, "backup.yaml"))
		l.answer("Id of the organization", "o-a1b2c3d4e5")
		l.expect("Central account")
		l.press(c.key)
		l.expect(c.says)
		if code := l.code(); code != c.code {
			t.Errorf("exit code %d, want %d", code, c.code)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("there are %v, %v", files, err)
		}
	}
}

// TestInitAsksNothing: flags that say everything need no answers, also on a terminal.
func TestInitAsksNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "backup.yaml")
	l := onTerminal(t, initFlags+initWorkload+"--bucket shop-lake=curated_data --out "+out)
	l.expect("wrote " + out)
	if code := l.code(); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}
