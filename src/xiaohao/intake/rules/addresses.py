"""Where a request comes from, as far as limits need to know."""

import ipaddress

_PREFIX = 64  # bits; one household or phone has a whole /64


def client(remote: str, forwarded: str, proxies: int) -> str:
    """The sender's address.

    Args:
        remote: address of the nearest peer.
        forwarded: the header X-Forwarded-For.
        proxies: how many proxies of our own stand before us; what others wrote is not believed.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return hops[-proxies] if 0 < proxies <= len(hops) else remote


def bucket(address: str) -> str:
    """The part of an address that limits go by: all of IPv4, the network of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _PREFIX), strict=False))
