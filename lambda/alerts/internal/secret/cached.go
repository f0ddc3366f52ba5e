package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	// lifetime of a cached value. After it, a rotated secret is in use.
	lifetime = 5 * time.Minute
	// readTimeout is the time limit of one read.
	readTimeout = 10 * time.Second
)

// Reader reads the text of a secret by its name.
type Reader func(ctx context.Context, name string) (string, error)

// Manager returns a reader of Secrets Manager.
func Manager(client *secretsmanager.Client) Reader {
	return func(ctx context.Context, name string) (string, error) {
		answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
		if err != nil {
			return "", err
		}
		if answer.SecretString == nil {
			return "", errors.New("is binary; want text")
		}
		return *answer.SecretString, nil
	}
}

// Cached reads a secret when it is needed and keeps it for five minutes. Only one goroutine may use it
// at a time.
type Cached struct {
	// Name in Secrets Manager.
	Name string
	// Read reads it.
	Read Reader
	// Now is the clock.
	Now func() time.Time

	value  Secret
	readAt time.Time
}

// Get returns the secret. If Secrets Manager cannot be read, it returns the old value, if there is one:
// that is better than no alert.
func (c *Cached) Get(ctx context.Context) (Secret, error) {
	known := c.value != Secret{}
	if known && c.Now().Sub(c.readAt) < lifetime {
		return c.value, nil
	}
	fresh, err := c.Refresh(ctx)
	if err != nil && known {
		return c.value, nil
	}
	return fresh, err
}

// Refresh reads the secret again, because it may have been rotated.
func (c *Cached) Refresh(ctx context.Context) (Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := c.Read(ctx, c.Name)
	if err != nil {
		return Secret{}, fmt.Errorf("secret %s: %w", c.Name, err)
	}
	value, err := New(text)
	if err != nil {
		return Secret{}, fmt.Errorf("secret %s: %w", c.Name, err)
	}
	c.value, c.readAt = value, c.Now()
	return value, nil
}
