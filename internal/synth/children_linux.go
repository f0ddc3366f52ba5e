package synth

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// killChildren kills the processes that this one has started, and those that they have started. It returns
// false if the kernel does not tell which these are.
func killChildren() bool { return killChildrenOf(os.Getpid()) }

func killChildrenOf(pid int) bool {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil { // the thread has ended
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				continue
			}
			killChildrenOf(child)
			_ = syscall.Kill(child, syscall.SIGKILL) // fails if it has ended
		}
	}
	return len(lists) > 0
}
