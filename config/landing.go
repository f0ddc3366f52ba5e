package config

// DefaultLandingDays is for how many days a recovery point stays that was copied back from the central account.
const DefaultLandingDays = 14

// LandingDays is for how many days a recovery point stays in a landing vault, from the day on which it comes back.
func (c *Config) LandingDays() int { return DefaultLandingDays }
