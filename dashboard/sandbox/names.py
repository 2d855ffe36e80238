"""Names of people in several scripts, each with the spelling its e-mail address uses."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple


class Name(NamedTuple):
    """A name as it is written, and in the letters of an e-mail address."""

    written: str
    latin: str


class Culture(NamedTuple):
    first: tuple[Name, ...]
    last: tuple[Name, ...]
    dial: str
    """Start of the phone numbers; six digits follow."""
    city: str
    language: str


def _names(words: str) -> tuple[Name, ...]:
    return tuple(_name(word) for word in words.split())


def _name(word: str) -> Name:
    written, _, latin = word.partition("/")
    written = written.replace("_", " ")
    return Name(written, latin or _ascii(written))


def _ascii(text: str) -> str:
    special = text.translate(str.maketrans("łøæßıđ", "loasid"))
    plain = unicodedata.normalize("NFKD", special.lower()).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalpha())


def _culture(first: str, last: str, dial: str, city: str, language: str) -> Culture:
    return Culture(_names(first), _names(last), dial, city, language)


CULTURES: Final = (
    _culture(
        "Amelia Oliver Isla George Ava Noah Emily Arthur Sophie Harry Grace Jack Ella Leo Ruby Theo",
        "Smith Jones Taylor Brown Williams Wilson Evans Thomas Walker Wright Robinson Hughes O'Brien Clarke"
        " Ward Turner Hill Cooper Bailey Marsh",
        "+447911", "Leeds", "en",
    ),
    _culture(
        "Adaeze Emeka Folake Tunde Zainab Kofi Abena Kwame Ngozi Chidi Yewande Segun",
        "Adeyemi Okonkwo Balogun Mensah Eze Boateng Danjuma Owusu Nwosu Abubakar",
        "+447912", "Manchester", "en",
    ),
    _culture(
        "Lucía Mateo Sofía Martín Carmen Diego Inés Álvaro Núria Íñigo",
        "García Fernández López Muñoz Ibáñez Peña Ruiz Castro Gutiérrez Vázquez",
        "+34612", "Sevilla", "es",
    ),
    _culture(
        "Jürgen Anna Björn Käthe Lukas Hannah Jonas Mia Sören Gisela",
        "Müller Schmidt Groß Weiß Krüger Vogel Schäfer Löwe Zimmermann von_der_Heide",
        "+4915121", "Köln", "de",
    ),
    _culture(
        "Chloé Hugo Anaïs Théo Zoé Loïc Hélène François Maëlle Gaël",
        "Lefèvre Dubois Benoît Lemaître Noël d'Arcy Garçon Mercier Rousseau Chevalier",
        "+33612", "Lyon", "fr",
    ),
    _culture(
        "Łukasz Agnieszka Paweł Małgorzata Żaneta Wojciech Kasia Bogusław",
        "Wójcik Kowalczyk Łuczak Dąbrowski Zieliński Szymańska Wiśniewska Brzęczyszczykiewicz",
        "+48512", "Kraków", "pl",
    ),
    _culture(
        "美玲/meiling 伟/wei 芳/fang 志强/zhiqiang 丽华/lihua 小龙/xiaolong",
        "王/wang 李/li 张/zhang 刘/liu 欧阳/ouyang 陈/chen 司马/sima 赵/zhao",
        "+447913", "London", "zh",
    ),
    _culture(
        "さくら/sakura 健太/kenta 陽子/yoko 大輔/daisuke 結衣/yui 翔/sho",
        "佐藤/sato 鈴木/suzuki 高橋/takahashi 渡辺/watanabe 小林/kobayashi 斎藤/saito",
        "+819012", "大阪", "ja",
    ),
    _culture(
        "فاطمة/fatima محمد/mohammed ليلى/layla يوسف/yusuf نور/nour عمر/omar",
        "الخطيب/alkhatib حداد/haddad المصري/almasri نجار/najjar العلي/alali منصور/mansour",
        "+447914", "Birmingham", "ar",
    ),
    _culture(
        "נועה/noa דוד/david תמר/tamar יונתן/yonatan מאיה/maya אורי/uri",
        "כהן/cohen לוי/levi מזרחי/mizrahi פרידמן/friedman ברק/barak שפירא/shapira",
        "+972501", "חיפה", "he",
    ),
    _culture(
        "प्रिया/priya अर्जुन/arjun अनन्या/ananya रोहन/rohan दीपिका/deepika विक्रम/vikram",
        "शर्मा/sharma पटेल/patel सिंह/singh गुप्ता/gupta अय्यर/iyer राव/rao",
        "+447915", "Leicester", "hi",
    ),
    _culture(
        "Олена/olena Тарас/taras Оксана/oksana Андрій/andriy Софія/sofiia Богдан/bohdan",
        "Шевченко/shevchenko Коваленко/kovalenko Бондар/bondar Ткачук/tkachuk Гриценко/hrytsenko"
        " Мельник/melnyk",
        "+380501", "Львів", "uk",
    ),
    _culture(
        "Ελένη/eleni Γιώργος/giorgos Μαρία/maria Νίκος/nikos Άννα/anna Κώστας/kostas",
        "Παπαδόπουλος/papadopoulos Γεωργίου/georgiou Νικολάου/nikolaou Αθανασίου/athanasiou Ιωάννου/ioannou",
        "+306901", "Πάτρα", "el",
    ),
    _culture(
        "민준/minjun 서연/seoyeon 지호/jiho 하은/haeun 도윤/doyun 수아/sua",
        "김/kim 이/lee 박/park 최/choi 정/jung 남궁/namgung",
        "+821012", "서울", "ko",
    ),
    _culture(
        "Ayşe Mehmet Zeynep Çağlar Şule Ömer İpek Uğur",
        "Yılmaz Öztürk Şahin Çelik Doğan Güneş Aydın Kılıç",
        "+905321", "İzmir", "tr",
    ),
    _culture(
        "Thảo Minh Hương Đức Lan Quân Ngọc Phúc",
        "Nguyễn Trần Phạm Hoàng Đặng Bùi Đỗ Vũ",
        "+447916", "Cardiff", "vi",
    ),
)  # fmt: skip
"""Written names never contain a slash or an underscore."""
