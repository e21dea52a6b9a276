"""Kannel, the SMS gateway most used with short codes: bearerbox and smsbox with a configuration of their own."""

import re
from pathlib import Path
from urllib.parse import quote

import aiohttp

from tests.peers.child import Child, program
from tests.peers.ports import LOOPBACK, free_port, listening, wait_for

_CONFIGURATION = """\
group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = {password}
status-password = {password}
smsbox-port = {smsbox_port}
smsbox-interface = 127.0.0.1
dlr-storage = internal
store-type = file
store-location = {folder}/kannel.store
sms-resend-freq = 1

group = smsc
smsc = smpp
smsc-id = SMSC
host = 127.0.0.1
port = {smsc_port}
transceiver-mode = true
smsc-username = {smsc_username}
smsc-password = {smsc_password}
system-type = ""
max-pending-submits = 50
reconnect-delay = 1
wait-ack = {wait_ack}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms_port}
sendsms-interface = 127.0.0.1
mo-recode = {mo_recode}
http-request-retry = {retries}
http-queue-delay = {retry_delay}

group = sendsms-user
username = {username}
password = {password}
user-allow-ip = "127.0.0.1"
default-smsc = SMSC
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
get-url = "{mo_url}"
max-messages = 10
concatenation = true
omit-empty = true
accept-x-kannel-headers = {body_reply}
"""

_SMSC_IS_UP = re.compile(r"^\s+SMSC\b.*\(online", re.MULTILINE)
_SMSBOX_IS_UP = re.compile(r"^\s+smsbox:.*\(on-line", re.MULTILINE)


def mo_url(gateway: str, secret: str, channel: str = "kannel") -> str:
    """The address that Kannel is to fetch for each message from a handset, for a gateway at that address."""
    what = "id=%I&from=%p&to=%P&text=%b&coding=%c&charset=%C"
    return f"{gateway}/channels/{channel}/mo?{what}&secret={quote(secret, safe='')}"


class Kannel:
    """Kannel bound to an SMSC. It keeps its ports and its store when it is started again."""

    username = "coop"
    password = "secret"

    def __init__(
        self,
        folder: Path,
        *,
        smsc_port: int,
        mo_url: str,
        mo_recode: bool = True,  # texts as UTF-8; otherwise Bangla comes as UTF-16BE
        body_reply: bool = False,  # the answer to an MO may say its coding in Kannel's headers
        retries: int = 20,  # of an MO that the gateway did not take
        retry_delay: int = 1,  # in seconds
        wait_ack: int = 10,  # seconds until a submit without an answer breaks the session
        smsc_username: str = "coop",
        smsc_password: str = "secret",
    ) -> None:
        self.folder = folder
        self.admin_port, self.smsbox_port, self.sendsms_port = free_port(), free_port(), free_port()
        self.send_url = f"http://{LOOPBACK}:{self.sendsms_port}/cgi-bin/sendsms"
        self._configuration = folder / "kannel.conf"
        self._configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                admin_port=self.admin_port,
                smsbox_port=self.smsbox_port,
                sendsms_port=self.sendsms_port,
                username=self.username,
                password=self.password,
                smsc_port=smsc_port,
                smsc_username=smsc_username,
                smsc_password=smsc_password,
                mo_url=mo_url,
                mo_recode=_word(mo_recode),
                body_reply=_word(body_reply),
                retries=retries,
                retry_delay=retry_delay,
                wait_ack=wait_ack,
            )
        )
        self._bearerbox: Child | None = None
        self._smsbox: Child | None = None

    async def start(self, within: float = 30) -> None:
        """Start both programs and wait until messages can pass."""
        self._bearerbox = self._run("bearerbox")
        # smsbox gives up, or waits ten seconds, when it finds nobody to connect to.
        await wait_for(self._accepts_smsbox, within, "bearerbox to accept smsbox")
        self._smsbox = self._run("smsbox")
        await self.wait_online(within)
        await wait_for(lambda: listening(self.sendsms_port), within, "smsbox to accept sendsms")

    async def stop(self) -> None:
        """End both in order; the store keeps what is under way."""
        for child in (self._smsbox, self._bearerbox):
            if child is not None:
                await child.stop()

    def kill(self) -> None:
        """Pull the plug of both."""
        for child in (self._smsbox, self._bearerbox):
            if child is not None:
                child.kill()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def wait_online(self, within: float = 30) -> None:
        """Wait until the SMSC session is up and smsbox is connected."""
        await wait_for(self.online, within, "Kannel to be online with its SMSC and its smsbox")

    async def online(self) -> bool:
        for child in (self._bearerbox, self._smsbox):
            if child is not None:
                child.check()
        status = await self.status()
        return bool(_SMSC_IS_UP.search(status) and _SMSBOX_IS_UP.search(status))

    async def status(self) -> str:
        """Kannel's own status page; empty while it does not answer."""
        url = f"http://{LOOPBACK}:{self.admin_port}/status.txt"
        try:
            async with aiohttp.ClientSession() as client, client.get(url, params={"password": self.password}) as answer:
                return await answer.text()
        except aiohttp.ClientError:
            return ""

    async def send(self, to: str, text: str, *, sender: str = "16123", dlr_url: str | None = None) -> tuple[int, str]:
        """Send a text through sendsms as a client would; returns status and body of the answer."""
        plain = text.isascii()
        query = {
            "username": self.username,
            "password": self.password,
            "from": sender,
            "to": to,
            "text": text,
            "charset": "UTF-8",
            "coding": "0" if plain else "2",
        }
        if dlr_url is not None:
            query |= {"dlr-mask": "31", "dlr-url": dlr_url}
        async with aiohttp.ClientSession() as client, client.get(self.send_url, params=query) as answer:
            return answer.status, await answer.text()

    def _run(self, name: str) -> Child:
        command = [program(name, "kannel"), "-v", "1", str(self._configuration)]
        return Child(command, folder=self.folder, name=name)

    def _accepts_smsbox(self) -> bool:
        assert self._bearerbox is not None
        self._bearerbox.check()
        return listening(self.smsbox_port)


def _word(value: bool) -> str:
    return "true" if value else "false"
