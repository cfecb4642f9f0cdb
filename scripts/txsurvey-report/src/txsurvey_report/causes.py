"""Why a node was not asked, was left out or says no, in the words of the program's own terminal."""

# Of `error`, where the outcome alone does not tell: of proxies, and of our own machine.
ERRORS = {
    "no_route": "this machine has no route for the address",
    "forbidden": "this machine's rules forbid the connection",
    "no_descriptors": "this machine is out of file descriptors",
    "no_ports": "this machine is out of local ports",
    "no_memory": "this machine is out of memory",
    "socket_failed": "a socket of this machine failed",
    "other": "another error of the operating system",
    "timed_out": "timed out",
    "reset": "connection reset",
    "eof": "connection closed",
    "refused": "connection refused, or closed before a byte",
    "host_unreachable": "no route to the host",
    "network_unreachable": "the network is unreachable",
    "proxy_unreachable": "the proxy cannot be reached",
    "proxy_refused": "nobody listens at the proxy's address",
    "proxy_silent": "the proxy did not speak in time",
    "proxy_closed": "the proxy ended the connection",
    "socks5_malformed": "what the proxy says is no SOCKS5",
    "socks5_no_method": "the proxy wants another way to log in",
    "socks5_auth_failed": "the proxy refuses user and password",
    "socks5_general_failure": "the proxy says: general failure",
    "socks5_not_allowed": "the proxy says: forbidden by its rules",
    "socks5_network_unreachable": "the proxy says: network unreachable",
    "socks5_host_unreachable": "the proxy says: host unreachable",
    "socks5_connection_refused": "the proxy says: connection refused",
    "socks5_ttl_expired": "the proxy says: TTL expired",
    "socks5_command_unsupported": "the proxy says: no such command",
    "socks5_address_unsupported": "the proxy says: no such addresses",
    "socks5_unknown_reply": "the proxy says a code without a meaning",
    "tor_descriptor_not_found": "Tor: the onion service is not known",
    "tor_descriptor_invalid": "Tor: its descriptor is invalid",
    "tor_introduction_failed": "Tor: the introduction failed",
    "tor_rendezvous_failed": "Tor: the rendezvous failed",
    "tor_authorization_missing": "Tor: the service wants one",
    "tor_authorization_wrong": "Tor: the service refuses ours",
    "tor_bad_address": "Tor: that is no onion address",
    "tor_introduction_timeout": "Tor: the introduction timed out",
    "sam_malformed": "what the I2P router says is no SAM 3.1",
    "sam_no_version": "the I2P router does not speak SAM 3.1",
    "sam_session_timeout": "the I2P router made no session in time",
    "sam_cant_reach_peer": "the I2P router says CANT_REACH_PEER",
    "sam_peer_not_found": "the I2P router says PEER_NOT_FOUND",
    "sam_key_not_found": "the I2P router says KEY_NOT_FOUND",
    "sam_leaseset_not_found": "the I2P router says LEASESET_NOT_FOUND",
    "sam_invalid_key": "the I2P router says INVALID_KEY",
    "sam_invalid_id": "the I2P router says INVALID_ID: the session is gone",
    "sam_timeout": "the I2P router says TIMEOUT",
    "sam_i2p_error": "the I2P router says I2P_ERROR",
    "sam_duplicated_id": "the I2P router says DUPLICATED_ID",
    "sam_duplicated_dest": "the I2P router says DUPLICATED_DEST",
    "sam_unknown_result": "the I2P router says a RESULT without a meaning",
    "i2p_port": "SAM 3.1 reaches I2P peers on port 0 alone",
}
OUTCOMES = {
    "connect_refused": "refused the connection: nobody listens there",
    "connect_timeout": "did not answer the call in time",
    "unreachable": "could not be reached: the network knows no way",
    "connect_failed": "could not be reached for another reason",
    "handshake_timeout": "took the call, but did not complete the handshake",
    "closed": "hung up before the handshake was complete",
    "protocol_error": "broke the protocol",
    "interrupted": "had not answered yet when the survey was ended",
    "silent": "gave no answer",
}
REFINED = {
    ("handshake_timeout", "no_version"): "took the call, but said nothing in time",
    ("closed", "no_tx_slot"): "had no place left for those who want transactions",
    ("closed", "refused"): "hung up at once, as nodes do that are full",
    ("protocol_error", "wrong_network"): "spoke on another Bitcoin chain",
    ("silent", "wtxid_unsupported"): "cannot be asked for a wtxid",
}
HERE = {"proxy_failed": "failed at the proxy", "local_error": "failed here"}
# Of address_book.ignored.
IGNORED = {
    "unroutable": "not publicly routable, see --allow-local",
    "own": "an address of this machine",
    "network": "of a network that has no way out, or not of --onlynet",
    "excluded": "on the list of --exclude",
    "port": "a port of another service, see --any-port, or none at all",
    "shard": "of another shard",
    "quota": "beyond the share of a source, a host or a network group; each time",
}

# Of `hint`: why a node says no. The terminal does not tell the last two.
HINTS = {
    "other_chain": "follows another chain",
    "confirmed": "has it in a block",
    "blocksonly": "wants blocks only, no transactions",
    "ibd": "is still loading the chain",
    "behind": "is more than a day behind the others",
    "below_feefilter": "wants a higher fee than it pays",
    "relay_rule": "may have it, and not serve it yet or any more",
    "": "no reason is known",
}


def cause(outcome: str | None, error: str | None, met: bool = False) -> str:
    """Of nodes with this outcome and error, before the handshake was complete, or (`met`) behind it. What a later
    program may record is told by its own words."""
    if outcome in HERE:
        return f"{HERE[outcome]}: {ERRORS.get(error or '', error or 'it is not known why')}"
    if outcome == "closed" and met:
        return "hung up before it had answered"
    text = REFINED.get((outcome or "", error or "")) or OUTCOMES.get(outcome or "")
    return text or f"ended otherwise: {outcome or 'it is not known how'}"
