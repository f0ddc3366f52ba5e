package schedule

import (
	"fmt"
	"testing"
	"time"

	"central-s3-backup/internal/fixedseed"

	"github.com/hashicorp/cronexpr"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { fixedseed.Main(m) }

// TestPropertySchedules: the times of a schedule are those that another library computes, where the dialects
// agree: days of the week by name, years to 2099.
func TestPropertySchedules(t *testing.T) {
	day := rapid.SampledFrom([]string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"})
	dates := rapid.OneOf(
		rapid.SampledFrom(
			[]string{"* * ?", "L * ?", "LW * ?", "1W * ?", "31W * ?", "15W 2,5 ?", "29 2 ?", "*/9 * ?", "2/7 JAN-MAR ?", "1,15,L 4/3 ?"},
		),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%dW * ?", rapid.IntRange(1, 31).Draw(t, "W")) }),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("? * %s,%s", day.Draw(t, "one"), day.Draw(t, "other")) }),
		rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("? * %s#%d", day.Draw(t, "day"), rapid.IntRange(1, 5).Draw(t, "nth"))
		}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("? 1-11/2 %sL", day.Draw(t, "last")) }),
	)
	hours := rapid.SampledFrom([]string{"*", "2", "0,23", "1-20/6", "5/7", "*/5"})
	rapid.Check(t, func(t *rapid.T) {
		fields := fmt.Sprintf(
			"%d %s %s %s",
			rapid.IntRange(0, 59).Draw(t, "minute"),
			hours.Draw(t, "hours"),
			dates.Draw(t, "dates"),
			rapid.SampledFrom([]string{"*", "2026-2030", "2027/2", "*/3"}).Draw(t, "years"),
		)
		s, err := Parse("cron(" + fields + ")")
		if err != nil {
			t.Fatalf("%s %s", fields, err)
		}
		oracle := cronexpr.MustParse("0 " + fields)
		const days = 5 * aYear
		firstDate := time.Date(FirstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
		times := s.times(time.UTC, days)
		next := oracle.Next(firstDate.Add(-time.Second))
		for i, got := range times {
			if !got.Equal(next) {
				t.Fatalf("%s: time %d is %s, and the library says %s", fields, i, got, next)
			}
			next = oracle.Next(next)
		}
		if end := firstDate.AddDate(0, 0, days); !next.IsZero() && next.Before(end) {
			t.Fatalf("%s: the library has %s too", fields, next)
		}
	})
}

// TestWeekdaysOfAWS: Sunday is 1.
func TestWeekdaysOfAWS(t *testing.T) {
	for numbers, names := range map[string]string{"1": "SUN", "7": "SAT", "L": "SAT", "2-6": "MON-FRI", "6#3": "FRI#3", "6L": "FRIL", "1,4": "sun,wed"} {
		a, errA := Parse("cron(5 2 ? * " + numbers + " *)")
		b, errB := Parse("cron(5 2 ? * " + names + " *)")
		if errA != nil || errB != nil || fmt.Sprint(a.times(time.UTC, aYear)) != fmt.Sprint(b.times(time.UTC, aYear)) {
			t.Errorf("%s is not %s: %v %v", numbers, names, errA, errB)
		}
	}
}

// TestCronFaults: expressions outside of AWS's dialect are errors, and nothing panics.
func TestCronFaults(t *testing.T) {
	for _, fields := range []string{
		"5 2 * MAY-JANUARY ? *", "5 2 1 JANUARY ? *", "5 2 * 5-JANUARY ? *", "5 2 1,,2 * ? *", "5 2 1, * ? *", "5 2 ? * 3#2,3#4 *", "5 2 ? * TUE,THU#2 *",
		"5 2 ? * 6#0 *", "5 2 ? * 2-6L *", "5 2 ? * 6#3L *", "5 2 1-5W * ? *", "5 2 W * ? *", "5 2 L-3 * ? *", "5 2 1/0 * ? *", "5 2 1/32 * ? *", "5 -1 * * ? *", "5 +2 * * ? *",
		"5 2 * * ? 2199-2200", "5 2 * * ? 70", "5 99999999999999999999 * * ? *", "5 2 ?,1 * ? *", "5 2 * * MON,? *", "/ 2 * * ? *", "5 2 - * ? *", "5 2/ * * ? *",
	} {
		if _, err := Parse("cron(" + fields + ")"); err == nil {
			t.Errorf("%s is accepted", fields)
		}
	}
}

// TestCronLimits: values at the limits of AWS's dialect are accepted.
func TestCronLimits(t *testing.T) {
	for _, fields := range []string{"0 0 1/31 * ? *", "59 23 31 12 ? 2199", "0 */23 ? 1/12 7#5 1970/2199", "0 0 ? DEC SATL *", "0 0 1-31/1 JAN-DEC ? 1970-2199"} {
		if _, err := Parse("cron(" + fields + ")"); err != nil {
			t.Errorf("%s %s", fields, err)
		}
	}
}

// TestFirstYearWithout: the first year without a run, from FirstYear on.
func TestFirstYearWithout(t *testing.T) {
	for years, want := range map[string]int{"*": 0, "2026-2199": 0, "1970/1": 0, "2026/1": 0, "2030-2199": 2026, "2026,2199": 2027, "*/2": 2027, "2026-2198": 2199} {
		s, err := Parse("cron(5 2 * * ? " + years + ")")
		if err != nil || s.FirstYearWithout() != want {
			t.Errorf("%s: %v %d, want %d", years, err, s.FirstYearWithout(), want)
		}
	}
}

// TestLongestInterval: days between runs, including the time before the first and after the last one.
func TestLongestInterval(t *testing.T) {
	for fields, want := range map[string]float64{
		"0 0 * * ? *": 1, "0 0,12 * * ? *": 0.5, "0 0 ? * MON-FRI *": 3, "0 0 ? * MON *": 7, "0 0 1 * ? *": 31, "0 0 1 1 ? *": 366,
		"0 0 29 2 ? *": 4 * 365.25, "0 0 1 1 ? 2026": 11 * 365.25, "0 0 * * ? 2030-2199": 4 * 365.25, "0 0 31W 1 ? *": 367,
	} {
		s, err := Parse("cron(" + fields + ")")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.LongestInterval().Hours() / 24; got < want-1 || got > want+1 || want < 32 && got != want {
			t.Errorf("%s: %v days, want %v", fields, got, want)
		}
	}
}

// TestHorizon: a schedule that depends on dates is computed until each date has been on each day of the week.
// 31 December is a Saturday, and 1 January a Sunday, for the first time in 2033.
func TestHorizon(t *testing.T) {
	a, _ := Parse("cron(30 23 31 12 ? *)")
	b, _ := Parse("cron(10 0 ? JAN SUN#1 *)")
	first, second, found := Overlap(Windows{a, time.Hour}, Windows{b, time.Hour}, time.UTC)
	if !found || first.Format(time.DateTime) != "2033-12-31 23:30:00" || second.Format(time.DateTime) != "2034-01-01 00:10:00" {
		t.Errorf("%v, %s and %s", found, first, second)
	}
	c, _ := Parse("cron(5 2 ? * SUN#1 *)")
	d, _ := Parse("cron(5 4 ? * SUN#2 *)")
	if _, _, found := Overlap(Windows{c, time.Hour}, Windows{d, time.Hour}, time.UTC); found {
		t.Error("the first and the second Sunday are taken for one")
	}
}

// TestOverlapOfWindows: the window of the earlier run counts, whichever of the two it is.
func TestOverlapOfWindows(t *testing.T) {
	a, _ := Parse("cron(0 2 * * ? *)")
	b, _ := Parse("cron(0 4 * * ? *)")
	for _, test := range []struct {
		ofA, ofB time.Duration
		want     bool
	}{
		{time.Hour, time.Hour, false}, {2 * time.Hour, time.Hour, true}, {time.Hour, 12 * time.Hour, false}, {time.Hour, 22 * time.Hour, true},
	} {
		if _, _, found := Overlap(Windows{a, test.ofA}, Windows{b, test.ofB}, time.UTC); found != test.want {
			t.Errorf("%v and %v: %v", test.ofA, test.ofB, found)
		}
	}
}

// TestChangesClocks: zones with summer time, north and south, and zones without.
func TestChangesClocks(t *testing.T) {
	for name, want := range map[string]bool{"Europe/Berlin": true, "America/Santiago": true, "Australia/Lord_Howe": true, "Africa/Casablanca": true, "Asia/Tokyo": false, "Etc/UTC": false, "America/Phoenix": false} {
		if got := ChangesClocks(Location(name)); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestLostStep: a step of hours past midnight never takes effect.
func TestLostStep(t *testing.T) {
	for hours, want := range map[string][2]int{"20/12": {12, 20}, "2/12": {}, "23/1": {}, "*/12": {}, "20": {}, "20-22/5": {5, 20}} {
		s, err := Parse("cron(5 " + hours + " * * ? *)")
		if err != nil {
			t.Fatal(err)
		}
		if step, hour := s.LostStep(); [2]int{step, hour} != want {
			t.Errorf("%s: every %d hours from %d, want %v", hours, step, hour, want)
		}
	}
}
