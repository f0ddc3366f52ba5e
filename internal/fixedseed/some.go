//go:build !whole

package fixedseed

// Whole is whether property tests look at all their values: the build tag whole.
const Whole = false
