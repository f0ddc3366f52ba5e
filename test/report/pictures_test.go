package page

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"

	"central-s3-backup/internal/report"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// widths are those of a phone, a tablet and a desktop.
var widths = []int64{390, 820, 1280}

// TestPictures compares what people see with pictures that somebody has looked at: a phone, a tablet and a desktop, light and
// dark, with 1, 3 and 60 workloads. A picture is half as large as the page and has few colours, so that the files stay small.
func TestPictures(t *testing.T) {
	for _, workloads := range []int{1, 3, 60} {
		html := render(t, sample(workloads))
		for _, width := range widths {
			for _, dark := range []bool{false, true} {
				v := view{width: width, dark: dark}
				name := fmt.Sprintf("%d-%s.png", workloads, v)
				t.Run(name, func(t *testing.T) { compare(t, filepath.Join("testdata", name), photograph(t, html, v)) })
			}
		}
	}
}

func render(t testing.TB, r *report.Report) []byte {
	t.Helper()
	html, err := report.HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	return html
}

// longest is how much of a page a picture has, in pixels of the page. What follows in longer pages is more rows of the same tables.
const longest = 5200

func photograph(t *testing.T, html []byte, v view) image.Image {
	tab := open(t, html, v)
	height := min(value[float64](tab, "document.documentElement.scrollHeight"), longest)
	beyond := true
	shot := call(tab, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip: &page.Viewport{Width: float64(v.width), Height: height, Scale: 0.5}, CaptureBeyondViewport: &beyond,
	})
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// palette has sixteen greys, and three steps of red, green and blue.
var palette = pagePalette()

func pagePalette() color.Palette {
	p := color.Palette{}
	for grey := 0; grey <= 255; grey += 17 {
		p = append(p, color.Gray{Y: uint8(grey)})
	}
	for _, r := range []uint8{0, 128, 255} {
		for _, g := range []uint8{0, 128, 255} {
			for _, b := range []uint8{0, 128, 255} {
				p = append(p, color.RGBA{r, g, b, 255})
			}
		}
	}
	return p
}

// Tolerances. Another version of Chromium draws the edges of letters another way.
const (
	block      = 8    // pixels a side: blocks are compared by their mean
	difference = 24   // of a mean, in 255, which is another block
	tolerance  = 0.01 // part of the blocks that may be another
	taller     = 16   // pixels by which a page may be taller
)

// compare compares a picture with a file, or writes the file.
func compare(t *testing.T, file string, got image.Image) {
	t.Helper()
	small := image.NewPaletted(got.Bounds(), palette)
	index := map[color.Color]uint8{}
	for y := got.Bounds().Min.Y; y < got.Bounds().Max.Y; y++ {
		for x := got.Bounds().Min.X; x < got.Bounds().Max.X; x++ {
			c := got.At(x, y)
			i, known := index[c]
			if !known {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	if *update {
		write(t, file, small)
		return
	}
	stored, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer stored.Close()
	want, err := png.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	if diff := small.Bounds().Dy() - want.Bounds().Dy(); small.Bounds().Dx() != want.Bounds().Dx() || max(diff, -diff) > taller {
		t.Errorf("the page is %v, the picture %v", small.Bounds().Size(), want.Bounds().Size())
	} else if part := unlike(small, want); part > tolerance {
		t.Errorf("%.1f %% of the page differ", part*100)
	}
	if t.Failed() {
		actual := filepath.Join(os.TempDir(), "report-"+filepath.Base(file))
		write(t, actual, small)
		t.Logf("look at %s; if it is right: go test -run TestPictures -update", actual)
	}
}

func write(t *testing.T, file string, picture image.Image) {
	t.Helper()
	var data bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&data, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// unlike is the part of the blocks whose mean colours differ.
func unlike(a, b image.Image) float64 {
	r := a.Bounds().Intersect(b.Bounds())
	blocks, other := 0, 0
	for y := r.Min.Y; y+block <= r.Max.Y; y += block {
		for x := r.Min.X; x+block <= r.Max.X; x += block {
			blocks++
			one, two := mean(a, x, y), mean(b, x, y)
			if slices.ContainsFunc([]int{0, 1, 2}, func(i int) bool { d := one[i] - two[i]; return max(d, -d) > difference }) {
				other++
			}
		}
	}
	return float64(other) / float64(max(blocks, 1))
}

func mean(p image.Image, x0, y0 int) [3]int {
	var sum [3]int
	for y := y0; y < y0+block; y++ {
		for x := x0; x < x0+block; x++ {
			r, g, b, _ := p.At(x, y).RGBA()
			sum[0] += int(r >> 8)
			sum[1] += int(g >> 8)
			sum[2] += int(b >> 8)
		}
	}
	for i := range sum {
		sum[i] /= block * block
	}
	return sum
}
