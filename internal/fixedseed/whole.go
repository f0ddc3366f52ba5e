//go:build whole

package fixedseed

// Whole is whether tests are as large as what they claim, and property tests look at all their values.
const Whole = true
