package card

import (
	"image"
	"slices"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"

	"onair/internal/raster"
	"onair/templates/palette"
)

// unit is the width of a pixel in the coordinates of points.
const unit = 256

// rowsPerPixel is how many lines are sampled in each row of pixels.
const rowsPerPixel = 8

// point is a point of an outline, in 1/256 pixels; y points down.
type point struct{ x, y int }

// edge is a straight part of an outline that is not horizontal. down reports whether
// the outline follows the edge downwards.
type edge struct {
	top, bottom point
	down        bool
}

// shape is the outline of a glyph as edges.
type shape struct{ edges []edge }

// flatten converts an outline from units of the font to edges.
func flatten(o font.GlyphOutline, size, upem int) *shape {
	s := &shape{}
	// Coordinates of most fonts are whole numbers. Others are rounded to 1/64.
	convert := func(p opentype.SegmentPoint) point {
		scale := func(v float32) int { return int(int64(v*64) * int64(size) * unit / 64 / int64(upem)) }
		return point{scale(p.X), -scale(p.Y)}
	}
	var start, at point
	line := func(to point) {
		s.add(at, to)
		at = to
	}
	for _, segment := range o.Segments {
		a := convert(segment.Args[0])
		switch segment.Op {
		case opentype.SegmentOpMoveTo:
			line(start)
			start, at = a, a
		case opentype.SegmentOpLineTo:
			line(a)
		case opentype.SegmentOpQuadTo:
			from, b := at, convert(segment.Args[1])
			const steps = 8
			for t := 1; t <= steps; t++ {
				u := steps - t
				mix := func(p, q, r int) int { return (p*u*u + 2*q*u*t + r*t*t) / (steps * steps) }
				line(point{mix(from.x, a.x, b.x), mix(from.y, a.y, b.y)})
			}
		case opentype.SegmentOpCubeTo:
			from, b, c := at, convert(segment.Args[1]), convert(segment.Args[2])
			const steps = 12
			for t := 1; t <= steps; t++ {
				u := steps - t
				mix := func(p, q, r, s int) int {
					return (p*u*u*u + 3*q*u*u*t + 3*r*u*t*t + s*t*t*t) / (steps * steps * steps)
				}
				line(point{mix(from.x, a.x, b.x, c.x), mix(from.y, a.y, b.y, c.y)})
			}
		}
	}
	line(start)
	return s
}

func (s *shape) add(from, to point) {
	switch {
	case from.y < to.y:
		s.edges = append(s.edges, edge{from, to, true})
	case from.y > to.y:
		s.edges = append(s.edges, edge{to, from, false})
	}
}

// crossing is a point where an edge crosses a row.
type crossing struct{ x, winding int }

// fill paints a shape whose origin is at x, y. A point is part of the shape if the
// outline winds around it, as in TrueType and PostScript.
func (s *shape) fill(canvas *raster.Image, x, y int, c palette.Colour) {
	if len(s.edges) == 0 {
		return
	}
	low, high := s.edges[0].top, s.edges[0].bottom
	for _, e := range s.edges {
		low.x, low.y = min(low.x, e.top.x, e.bottom.x), min(low.y, e.top.y)
		high.x, high.y = max(high.x, e.top.x, e.bottom.x), max(high.y, e.bottom.y)
	}
	area := image.Rect((low.x+x)>>8, (low.y+y)>>8, (high.x+x)>>8+1, (high.y+y)>>8+1).Intersect(canvas.Rect)
	if area.Empty() {
		return
	}
	covered := make([]int, area.Dx())
	var crossings []crossing
	var near []edge // edges that cross the row
	for row := area.Min.Y; row < area.Max.Y; row++ {
		clear(covered)
		near = near[:0]
		for _, e := range s.edges {
			if e.top.y+y < (row+1)*unit && e.bottom.y+y > row*unit {
				near = append(near, e)
			}
		}
		for i := range rowsPerPixel {
			at := row*unit + (2*i+1)*unit/(2*rowsPerPixel) - y
			crossings = crossings[:0]
			for _, e := range near {
				if at < e.top.y || at >= e.bottom.y {
					continue
				}
				cross := crossing{x + e.top.x + (at-e.top.y)*(e.bottom.x-e.top.x)/(e.bottom.y-e.top.y), -1}
				if e.down {
					cross.winding = 1
				}
				crossings = append(crossings, cross)
			}
			slices.SortFunc(crossings, func(a, b crossing) int { return a.x - b.x })
			winding := 0
			for j := 0; j+1 < len(crossings); j++ {
				if winding += crossings[j].winding; winding != 0 {
					cover(covered, crossings[j].x-area.Min.X*unit, crossings[j+1].x-area.Min.X*unit)
				}
			}
		}
		to := canvas.Pix[canvas.PixOffset(area.Min.X, row):]
		for i, alpha := range covered {
			if alpha == 0 {
				continue
			}
			alpha = min(alpha, unit*rowsPerPixel)
			for j, v := range [3]uint8{c.R, c.G, c.B} {
				below := int(to[4*i+j])
				to[4*i+j] = uint8(below + (int(v)-below)*alpha/(unit*rowsPerPixel))
			}
		}
	}
}

// cover adds a span to the coverage of the pixels of a row. from and to are in 1/256
// pixels.
func cover(covered []int, from, to int) {
	from, to = max(from, 0), min(to, len(covered)*unit)
	for from < to {
		next := min(to, (from/unit+1)*unit)
		covered[from/unit] += next - from
		from = next
	}
}
