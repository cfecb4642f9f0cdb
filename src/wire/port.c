#include "txsurvey/address.h"

/* The ports that Core avoids (IsBadPort(), doc/p2p-bad-ports.md): of services that are mostly not
 * open to the public, where a caller out of the blue is taken for an attacker. */
static const uint16_t avoided_by_core[] = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,
    42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,
    111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,  427,
    465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,  563,
    587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080};

/* The web's two, which Core does dial: it makes ten connections, a survey calls whatever it hears
 * of, and gossip could send many surveys to one site. 8080 and the like are anybody's. Then, by
 * Core's own reason, what its list leaves out: SMB, SQL Server, MySQL, remote desktop, PostgreSQL,
 * VNC, Redis, MongoDB. */
static const uint16_t avoided_here[] = {80, 443, 445, 1433, 3306, 3389, 5432, 5900, 6379, 27017};

static bool is_among(const uint16_t *ports, size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++) {
        if (ports[i] == port)
            return true;
    }
    return false;
}

bool txs_port_is_foreign(uint16_t port)
{
    return is_among(avoided_by_core, sizeof avoided_by_core / sizeof *avoided_by_core, port) ||
           is_among(avoided_here, sizeof avoided_here / sizeof *avoided_here, port);
}
