//go:build whole

package fixedseed

// Whole is whether property tests look at all their values.
const Whole = true
