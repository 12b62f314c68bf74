package logger

import "github.com/svdir/svdir/supervise/setting"

// leastShare is room for two files of the smallest size: one that is written,
// and one that was.
const leastShare = 2 * minSize

// share is how much of a quota one directory may have: it is parted evenly among
// the loggers of the tree, and then among the directories of each. 0 is no
// bound. little says that it is less than there must be.
func share(quota int64, loggers, directories int) (bytes int64, little bool) {
	if quota == 0 {
		return 0, false
	}
	bytes = quota / int64(max(loggers, 1)) / int64(max(directories, 1))
	return max(bytes, leastShare), bytes < leastShare
}

// limited has a directory hold no more than its share, in files so small that
// most of it is filled.
func (b bounds) limited(share int64) bounds {
	if share > 0 && (b.total == 0 || b.total > share) {
		b.total, b.size = share, min(b.size, max(minSize, share/4))
	}
	return b.within()
}

// parseQuota reads the quota of a tree: 0 is none.
func parseQuota(text string) (int64, error) {
	n, err := setting.ParseLogTotal(text)
	return int64(n), err
}
