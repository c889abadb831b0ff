//! Drives a running Gatehouse and its peers over sockets and prints ratios.
