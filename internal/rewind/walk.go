package rewind

import "context"

// stretch is a range of keys that one lister lists, in the order of the keys. It begins after a key.
type stretch struct{ after string }

// walk lists the spans and decides about each key. Each stretch is listed by one lister in key order; several
// stretches run at a time. Each gets all keys of a stretch, also those that need nothing. Ended says that a stretch is
// complete up to a key (empty: the end), also where there are no more keys.
func (r *Run) walk(
	ctx context.Context, spans []span, each func(at *stretch, d Decision) error, ended func(at *stretch, upTo string) error,
) error {
	for _, s := range spans {
		at := &stretch{s.after}
		if err := r.decide(ctx, r.Prefix, s, func(d Decision) error { return each(at, d) }); err != nil {
			return err
		}
		if err := ended(at, s.upTo); err != nil {
			return err
		}
	}
	return nil
}

// decide lists the keys of a span that begin with a prefix, and decides about each.
func (r *Run) decide(ctx context.Context, prefix string, within span, each func(Decision) error) error {
	var d *Decider
	err := r.list(ctx, prefix, within.after, func(p page) (bool, error) {
		if d == nil {
			d = &Decider{To: r.To, Started: r.start(p.date)}
		}
		d.Apart = d.Apart || p.apart
		for _, e := range p.entries {
			if within.upTo != "" && e.Key > within.upTo {
				return false, nil
			}
			if decision, ok := d.Add(e); ok {
				if err := each(decision); err != nil {
					return false, err
				}
			}
		}
		return true, nil
	})
	if err != nil || d == nil {
		return err
	}
	if decision, ok := d.End(); ok {
		return each(decision)
	}
	return nil
}

// decideAlone decides about one key. There is no decision if it has no version.
func (r *Run) decideAlone(ctx context.Context, key string) (decision Decision, ok bool, err error) {
	err = r.decide(ctx, key, span{upTo: key}, func(d Decision) error { // the key comes before all that begin with it
		decision, ok = d, true
		return nil
	})
	return decision, ok, err
}
