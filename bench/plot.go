package main

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// plotRows draws seconds against workloads, both logarithmic, so that what grows in proportion is a straight line.
func plotRows(rows []row, file string) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "workloads", "seconds, median"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	points := func(of func(row) samples) plotter.XYs {
		var xys plotter.XYs
		for _, r := range rows {
			xys = append(xys, plotter.XY{X: float64(r.workloads), Y: of(r).median(wall)})
		}
		return xys
	}
	if err := plotutil.AddLinePoints(p,
		"twin, TypeScript with L2", points(func(r row) samples { return r.twin }),
		"this app", points(func(r row) samples { return r.app }),
		"pure Go, the floor", points(func(r row) samples { return r.floor }),
	); err != nil {
		return err
	}
	return p.Save(16*vg.Centimeter, 10*vg.Centimeter, file)
}
