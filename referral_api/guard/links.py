"""Links by which pictures and recordings travel: media files, file-sharing hosts, magnet, onion and IPFS addresses."""

from __future__ import annotations

import re
from typing import Final

_MEDIA: Final = (
    "jpe?g|jpe|jfif|pjpeg|png|apng|gif|webp|bmp|dib|tiff?|svgz?|ico|heic|heif|hif|avif|jxl|jp2|j2k|psd|cr2|nef|dng|arw|tga|pcx|xcf|eps"
    "|mp4|m4v|mov|qt|avi|mkv|webm|flv|f4v|wmv|mpe?g|mpg2?|m2ts|mts|3gpp?|3g2|ogv|vob|ts|m3u8|mpd|rmvb?|asf|divx"
    "|mp3|m4a|aac|wav|wave|flac|ogg|oga|opus|wma|amr|aiff?|midi|caf"
    "|zip|rar|7z|tar|tgz|gz|bz2|xz|zst|lz4|lzma|cab|iso|dmg|torrent|apk"
)
_END: Final = r"(?![a-z0-9]|\.[a-z0-9])"
_HOSTS: Final = (
    r"dropbox(?:usercontent)?\.com|db\.tt|(?:drive|docs|photos|lh[0-9])\.google(?:usercontent)?\.com|photos\.app\.goo\.gl|wetransfer\.com|we\.tl"
    r"|mega\.(?:nz|io|co\.nz)|mediafire\.com|gofile\.io|pixeldrain\.com|anonfiles?\.(?:com|la)|bayfiles\.com|1drv\.ms|onedrive\.live\.com"
    r"|[a-z0-9-]{1,63}-my\.sharepoint\.com|share\.icloud\.com|app\.box\.com|pcloud\.(?:com|link)|u\.pcloud\.link|disk\.yandex\.[a-z]{2,3}|yadi\.sk"
    r"|cloud\.mail\.ru|pan\.baidu\.com|terabox(?:app)?\.com|1024tera\.com|4shared\.com|sendspace\.com|zippyshare\.com|rapidgator\.net|uploaded\.net"
    r"|turbobit\.net|nitroflare\.com|katfile\.com|filefactory\.com|krakenfiles\.com|workupload\.com|file\.io|uploadfiles\.io|upload\.ee|telegra\.ph"
    r"|pastebin\.com|ghostbin\.com|rentry\.(?:co|org)|justpaste\.it|filebin\.net|transfer\.sh|transfernow\.net|smash\.(?:com|gg)|fromsmash\.com"
    r"|swisstransfer\.com|wormhole\.app|send\.(?:vis\.ee|firefox\.com)|filemail\.com|hightail\.com|uguu\.se|0x0\.st|catbox\.moe|litterbox\.catbox\.moe"
    r"|pomf\.[a-z]{2,4}|imgur\.com|ibb\.co|imgbb\.com|postimg\.(?:cc|org)|postimages\.org|imgbox\.com|imagebam\.com|imagevenue\.com|pixhost\.to|imgpile\.com"
    r"|jpg[0-9]?\.(?:church|su|fish|fishing|pet)|cyberdrop\.(?:me|to)|bunkrr?\.[a-z]{2,5}|gyazo\.com|prnt\.sc|prntscr\.com|tinypic\.com|photobucket\.com"
    r"|flic\.kr|staticflickr\.com|redgifs\.com|gfycat\.com|giphy\.com|streamable\.com|youtu\.be|dai\.ly|v[mt]\.tiktok\.com|cdninstagram\.com|fbcdn\.net"
    r"|fb\.watch|pbs\.twimg\.com|video\.twimg\.com|pic\.twitter\.com|i\.redd\.it|v\.redd\.it|preview\.redd\.it|cdn\.discordapp\.(?:com|net)"
    r"|media\.discordapp\.net|telesco\.pe|cdn[0-9]?\.telegram(?:-cdn)?\.org|i\.pinimg\.com|soundcloud\.com|omegle\.[a-z]{2,3}|sendvid\.com|coomer\.[a-z]{2,5}"
    r"|s3[a-z0-9.-]{0,40}\.amazonaws\.com|[a-z0-9.-]{1,63}\.s3[a-z0-9.-]{0,40}\.amazonaws\.com|storage\.googleapis\.com|firebasestorage\.googleapis\.com"
    r"|[a-z0-9-]{1,63}\.blob\.core\.windows\.net|[a-z0-9-]{1,63}\.r2\.dev|backblazeb2\.com|transferxl\.com|send-anywhere\.com|sendgb\.com|jumpshare\.com"
    r"|degoo\.com|drive\.proton\.me"
)
_ON_HOSTS: Final = (
    r"goo\.gl/photos|icloud\.com/(?:photos|sharedalbum|iclouddrive|attachment)|box\.com/s|flickr\.com/photos|tenor\.com/view|vimeo\.com/[0-9]"
    r"|youtube\.com/(?:watch|shorts|embed|live)|dailymotion\.com/video|tiktok\.com/(?:@[^/\s]{1,60}/(?:video|photo)|t/)"
    r"|instagram\.com/(?:p|reel|reels|tv|stories)|facebook\.com/(?:photo|watch|reel|share)|(?:twitter|x)\.com/[^/\s]{1,40}/status/[0-9]{1,25}/(?:photo|video)"
    r"|vk\.com/(?:photo|video|album|clip)|ok\.ru/video|archive\.org/download|t\.me/(?:\+|joinchat/)|telegram\.me/(?:\+|joinchat/)|sync\.com/dl|snapchat\.com/(?:t|s|spotlight)"
    r"|proton\.me/drive/urls|mab\.to/t"
)
_SHARED: Final = re.compile(
    rf"(?:https?:/{{0,3}}|ftps?:/{{0,3}}|//)(?:[a-z0-9-]{{1,63}}\.){{0,4}}(?:{_HOSTS}|{_ON_HOSTS})(?![a-z0-9.-]*[a-z0-9-]\.[a-z])"
    rf"|(?<![a-z0-9@.-])(?:[a-z0-9-]{{1,63}}\.){{0,3}}(?:(?:{_HOSTS})/[^\s/]|{_ON_HOSTS})"
)
_PLACE: Final = re.compile(
    r"(?:(?:https?|s?ftps?|file|smb|rtsps?|rtmps?|mms|webdavs?|davs?|content|res|asset|gs|s3):|//|www\.|(?<![a-z0-9@.-])(?:(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}|(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?::[0-9]{2,5})?/)"
)
_SHARE: Final = re.compile(r"(?<![\w:])\\\\[a-z0-9._-]{1,63}\\")
_PATH: Final = re.compile(r"[^/\\?#][/\\?#]")
_ENDING: Final = re.compile(
    rf"\.(?:{_MEDIA}){_END}|[?&](?:format|fm|ext|type|mime)=(?:image|video|audio|jpe?g|png|gif|webp|mp[34])(?![a-z0-9])"
)
_PEER: Final = re.compile(
    r"magnet:\s{0,4}\?|xt=urn:|urn:(?:btih|btmh|sha1|tree|ed2k):|ed2k:|(?<![a-z0-9])(?:[a-z2-7]{56}|[a-z2-7]{16})\.(?:onion|i2p)(?![a-z0-9])|[a-z0-9-]{1,63}\.i2p/|(?:ipfs|ipns|dweb|hyper|dat|bzz|ar|freenet|zeronet|thunder|dcc|gemini|tox|sia|lbry):/?/"
    r"|(?<![a-z])(?:dweb:|/)ip[fn]s/[a-z0-9]|\.ip[fn]s\.[a-z]|ipfs\.io/|dweb\.link|(?<![a-z0-9])ba[fg][ykz][a-z2-7]{40,70}(?![a-z0-9])"
    r"|[a-z0-9]{1,80}\.(?:onion|loki|bit)(?::[0-9]{2,5})?/|blob:\s{0,4}(?:https?:|null|[0-9a-f]{8}-)|(?<![a-z])cid:[^\s@]{1,80}@[^\s@]{1,80}|filesystem:https?:|(?<![a-z])about:blob|thunder://"
    r"|content://media"
)
_CID: Final = re.compile(r"(?<![A-Za-z0-9])Qm[1-9A-HJ-NP-Za-km-z]{44}(?![A-Za-z0-9])")
_INFO_HASH: Final = re.compile(rb"(?<![a-z])(?:info ?hash|bt[im]h)[^0-9a-z]{1,4}[0-9a-f]{40}")
_HXXP: Final = re.compile(r"h[tx*]{2}ps?(?=\s{0,2}(?::|\[:\]|://))|meow(?=://)")
_DOT: Final = re.compile(
    r"(?<=[a-z0-9]) (?:dot|\.) (?=[a-z0-9])|\s?(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\})\s?"
)
_SCHEME: Final = re.compile(r"\[:\]\s?//|\[://\]|:\s?[/\\]\s?[/\\]\s?")
_DEFANGED: Final = (b"[", b"(.", b"( .", b"(dot", b"{", b"xxp", b"**p", b"meow:", b" dot ", b" . ")
_SCHEME_APART: Final = (b": /", b":/ ", b":\\")
_PEER_SIGNS: Final = (b":/", b"magnet", b"urn:", b".onion", b".i2p", b"ipfs", b"ipns", b"blob:", b"cid:")

_SHAPE: Final = bytes(
    ord("a") if chr(each).isalpha() and each < 128 else each if each in b": \t\r\n" else ord("!") for each in range(256)
)
_SCHEMES: Final = (b"a:a", b"a:!")
_BRACKETS: Final = (b"[", b"{", b"(.", b"( .", b"(dot")
_NAMED_PLACE: Final = re.compile(
    rb"\. ?(?:[a-z?-]{2,24}(?::[0-9]{2,5})?/|[0-9]{1,3}(?::[0-9]{2,5})?/[a-z]|onion|i2p|ip[fn]s)"
)
_PLACE_SIGNS: Final = (b"//", b"\\\\", b" dot ", b" . ", b"/ip", *_SCHEME_APART)


def media_link(text: str, lowered: str, plain: bytes) -> bool:
    """Whether the text links to a media file or to a place where files are handed round, also when the address is defanged.

    `plain` is the text in small letters with question marks for what it has beyond ASCII.
    """
    if "Qm" in text and _CID.search(text):
        return True
    if (b"hash" in plain or b"bti" in plain or b"btm" in plain) and _INFO_HASH.search(plain):
        return True
    if not _may_link(plain):
        return False
    address = lowered
    if any(map(plain.__contains__, _DEFANGED)):
        address = _HXXP.sub("http", _SCHEME.sub("://", _DOT.sub(".", address))).replace(" / ", "/")
        plain = address.encode("ascii", "replace")
    elif any(map(plain.__contains__, _SCHEME_APART)):
        address = _SCHEME.sub("://", address)
        plain = address.encode("ascii", "replace")
    if any(map(plain.__contains__, _PEER_SIGNS)) and _PEER.search(address):
        return True
    return any(
        _leads_to_media(word)
        for word in dict.fromkeys(address.split())
        if ("/" in word or "\\" in word) and "." in word[:-1]
    )


def _may_link(plain: bytes) -> bool:
    """A cheap look for what every link has: a scheme, brackets that hide one, or a name with a path."""
    if b":" in plain and (any(map(plain.translate(_SHAPE).__contains__, _SCHEMES)) or b"magnet" in plain):
        return True
    if (b"(" in plain or b"[" in plain or b"{" in plain) and any(map(plain.__contains__, _BRACKETS)):
        return True
    if (b"/" in plain or b"\\" in plain) and any(map(plain.__contains__, _PLACE_SIGNS)):
        return True
    return _NAMED_PLACE.search(plain) is not None


def _leads_to_media(word: str) -> bool:
    if _SHARED.search(word):
        return True
    if (share := _SHARE.search(word)) and _ENDING.search(word, share.end()):
        return True
    place = _PLACE.search(word)
    if place is None:
        return False
    path = place.end() if place.group().endswith("/") and "." in place.group() else _path(word, place.end())
    return _ENDING.search(word, path) is not None


def _path(word: str, start: int) -> int:
    """Where the path begins, so that a name like `character.ai` is a host and not a drawing."""
    found = _PATH.search(word, start)
    return found.end() - 1 if found else len(word)
