//! A program under measurement: started, watched in `/proc`, stopped.

use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::BenchError;

/// Ends with this value, and all its children with it.
pub struct Process {
    name: String,
    child: Child,
    pub address: SocketAddr,
}

/// What a program had used at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// CPU time of the program and its children, in seconds.
    pub cpu_seconds: f64,
    /// Memory in use by the program and its children, in KiB.
    pub resident_kib: u64,
}

impl Process {
    /// Starts `command` and waits until something listens on `address`.
    pub fn start(
        name: &str,
        command: &mut Command,
        address: SocketAddr,
    ) -> Result<Self, BenchError> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(BenchError::io(format!("starting {name}")))?;
        let process = Self {
            name: name.to_owned(),
            child,
            address,
        };
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return Ok(process);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(BenchError::NotListening {
            program: process.name.clone(),
            address: address.to_string(),
        })
    }

    /// What the program and its children have used until now.
    pub fn usage(&self) -> Result<Usage, BenchError> {
        let mut usage = Usage {
            cpu_seconds: 0.0,
            resident_kib: 0,
        };
        let mut family = vec![self.child.id()];
        while let Some(id) = family.pop() {
            family.extend(children(id));
            let stat = read(&format!("/proc/{id}/stat"))?;
            let status = read(&format!("/proc/{id}/status"))?;
            usage.cpu_seconds += cpu_seconds(&stat);
            usage.resident_kib += kib(&status, "VmRSS:");
        }
        Ok(usage)
    }

    /// The most memory that the program itself has had at once since it was last asked to forget, in KiB.
    pub fn peak_kib(&self) -> Result<u64, BenchError> {
        let status = read(&format!("/proc/{}/status", self.child.id()))?;
        Ok(kib(&status, "VmHWM:"))
    }

    pub fn forget_peak(&self) -> Result<(), BenchError> {
        let file = format!("/proc/{}/clear_refs", self.child.id());
        std::fs::write(&file, "5").map_err(BenchError::io(format!("writing {file}")))
    }

    /// How many files, sockets and pipes the program holds open.
    pub fn open_files(&self) -> Result<usize, BenchError> {
        let folder = format!("/proc/{}/fd", self.child.id());
        let open =
            std::fs::read_dir(&folder).map_err(BenchError::io(format!("reading {folder}")))?;
        Ok(open.count())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let term = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if term.is_ok() {
            for _ in 0..50 {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// CPU time of this process until now.
pub fn own_cpu_seconds() -> Result<f64, BenchError> {
    Ok(cpu_seconds(&read("/proc/self/stat")?))
}

fn read(path: &str) -> Result<String, BenchError> {
    std::fs::read_to_string(path).map_err(BenchError::io(format!("reading {path}")))
}

fn children(id: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

/// Fields 14 and 15 of proc(5) `stat`, in ticks of 1/100 s.
fn cpu_seconds(stat: &str) -> f64 {
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn kib(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_a_name_with_blanks_and_brackets() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 1 0 1 1 1";
        assert!((cpu_seconds(stat) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn memory_is_read_from_the_status_file() {
        assert_eq!(kib("Name:\tx\nVmRSS:\t   2048 kB\n", "VmRSS:"), 2048);
    }
}
