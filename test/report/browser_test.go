package page

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is the context of the one Chromium of all tests.
var browser context.Context

func TestMain(m *testing.M) {
	code, err := withBrowser(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// withBrowser starts Chromium without a sandbox, because root has none, and with settings under which every machine
// draws the same pixels.
func withBrowser(run func() int) (int, error) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return 0, fmt.Errorf("the tests of report.html need Chromium: apt-get install chromium fonts-dejavu-core: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium),
		chromedp.NoSandbox,
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("disable-lcd-text", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var cancel context.CancelFunc
	browser, cancel = chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		return 0, fmt.Errorf("chromium does not start: %w", err)
	}
	return run(), nil
}

// view is how a page is opened.
type view struct {
	width        int64
	dark         bool
	noJavaScript bool
	print        bool
}

func (v view) String() string {
	if v.dark {
		return fmt.Sprintf("%d-dark", v.width)
	}
	return fmt.Sprintf("%d-light", v.width)
}

const viewHeight = 900

// tab is a page in the browser, with what it complained of and what it asked the network for.
type tab struct {
	context.Context
	t *testing.T

	mutex      sync.Mutex
	complaints []string
	requests   []string
}

// open writes the page to a file and opens it, as a reader does.
func open(t *testing.T, html []byte, v view) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, html, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	opened := &tab{Context: ctx, t: t}
	if err := chromedp.Listen(ctx, opened.hear); err != nil {
		t.Fatal(err)
	}

	scheme, medium := "light", "screen"
	if v.dark {
		scheme = "dark"
	}
	if v.print {
		medium = "print"
	}
	address := url.URL{Scheme: "file", Path: file}
	call(opened, network.Enable, network.EnableParams{})
	call(opened, log.Enable, cdp.Empty{})
	call(opened, runtime.Enable, cdp.Empty{})
	call(opened, page.Enable, page.EnableParams{})
	call(opened, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: v.width, Height: viewHeight, DeviceScaleFactor: 1, Mobile: v.width < 600,
	})
	call(opened, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	call(opened, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.noJavaScript})
	opened.do(chromedp.Navigate(address.String()))
	return opened
}

// hear notes what a page should not do: errors, warnings, dialogs and requests.
func (tab *tab) hear(event any) {
	tab.mutex.Lock()
	defer tab.mutex.Unlock()
	complain := func(format string, args ...any) {
		tab.complaints = append(tab.complaints, fmt.Sprintf(format, args...))
	}
	switch e := event.(type) {
	case *log.EventEntryAdded:
		complain("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *runtime.EventExceptionThrown:
		complain("exception: %+v", e.ExceptionDetails)
	case *runtime.EventConsoleAPICalled:
		complain("console: %s", e.Type)
	case *page.EventJavascriptDialogOpening:
		complain("dialog: %s", e.Message)
	case *network.EventRequestWillBeSent:
		tab.requests = append(tab.requests, e.Request.URL)
	}
}

// do runs actions that return nothing.
func (tab *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.Context, actions...); err != nil {
		tab.t.Fatal(err)
	}
}

// call calls a command of the DevTools protocol.
func call[P, R any](tab *tab, command cdp.Command[P, R], params P) R {
	tab.t.Helper()
	result, err := chromedp.Call(tab.Context, command, params)
	if err != nil {
		tab.t.Fatal(command.Method, err)
	}
	return result
}

// quiet fails the test if the page complained, or asked for anything but itself.
func (tab *tab) quiet() {
	tab.t.Helper()
	tab.mutex.Lock()
	defer tab.mutex.Unlock()
	for _, complaint := range tab.complaints {
		tab.t.Error(complaint)
	}
	for i, request := range tab.requests {
		if i > 0 || !strings.HasPrefix(request, "file:") {
			tab.t.Errorf("requests %.100s", request)
		}
	}
}

// value evaluates an expression in the page. It works with JavaScript off too, which stops the scripts of pages alone.
func value[T any](tab *tab, expression string) T {
	tab.t.Helper()
	result, err := chromedp.Run(tab.Context, chromedp.Evaluate[T](expression))
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return result
}
