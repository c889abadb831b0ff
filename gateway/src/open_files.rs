//! How many files and sockets this process may have open. Where there are too few, accepting is not
//! all that fails: so do the store, the spool and the way to the applications. So the operating
//! system is asked for as many as the settings need, and no more connections are taken than it gives.

use rlimit::Resource;

/// A connection to an application beside each from a client.
const FOR_EACH: u64 = 2;
/// The store, the spool, files that are read again, health checks, our own listeners.
const FOR_THE_REST: u64 = 256;

/// As many connections of those in the settings as there is room for, beside those of operators, who reach
/// no application.
pub(crate) fn room_for(connections: usize, of_operators: usize) -> usize {
    let needed = needed(connections, of_operators);
    let allowed = ask_for(needed);
    let room = room(connections, of_operators, allowed);
    if room < connections {
        tracing::warn!(
            "the operating system lets this process open {allowed} files, so it takes {room} \
             connections at once and not limits.connections = {connections}: raise the limit of \
             open files (LimitNOFILE in systemd, ulimit -n) to {needed}"
        );
    }
    room
}

fn needed(connections: usize, of_operators: usize) -> u64 {
    count(connections)
        .saturating_mul(FOR_EACH)
        .saturating_add(spoken_for(of_operators))
}

fn room(connections: usize, of_operators: usize, allowed: u64) -> usize {
    // Even where there is hardly any, somebody has to get in.
    let left = allowed.saturating_sub(spoken_for(of_operators));
    let room = left.max(allowed / 4) / FOR_EACH;
    usize::try_from(room.max(1)).map_or(connections, |room| room.min(connections))
}

/// The files that are not for connections of everybody.
fn spoken_for(of_operators: usize) -> u64 {
    count(of_operators).saturating_add(FOR_THE_REST)
}

fn count(connections: usize) -> u64 {
    u64::try_from(connections).unwrap_or(u64::MAX)
}

/// Raises the limit as far as is needed and allowed, and says where it is then.
fn ask_for(needed: u64) -> u64 {
    match Resource::NOFILE.get() {
        Ok((soft, hard)) if soft < needed => {
            let wanted = needed.min(hard);
            Resource::NOFILE.set(wanted, hard).map_or(soft, |()| wanted)
        }
        Ok((soft, _)) => soft,
        Err(why) => {
            tracing::warn!(%why, "how many files may be open cannot be told");
            u64::MAX
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_connections_are_taken_than_there_are_files_for() {
        assert_eq!(room(50_000, 0, 1_000_000), 50_000);
        assert_eq!(room(50_000, 0, needed(50_000, 0)), 50_000);
        assert_eq!(room(50_000, 0, 1024), 384);
        assert_eq!(room(50_000, 0, 64), 8);
        assert_eq!(room(10, 0, u64::MAX), 10);
        assert!(ask_for(16) >= 16);
    }

    #[test]
    fn the_connections_of_operators_have_files_of_their_own() {
        assert_eq!(needed(50_000, 256), needed(50_000, 0) + 256);
        assert_eq!(room(50_000, 256, needed(50_000, 256)), 50_000);
        assert_eq!(room(50_000, 256, needed(50_000, 0)), 49_872);
        assert_eq!(room(50_000, 256, 1024), 256);
    }
}
