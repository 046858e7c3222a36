"""HDF5: what reaches outside the container is found in every generation of its structures."""

from __future__ import annotations

import base64
import io
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from gate.formats.hdf5.reader import read
from gate.formats.interface import BytesSource

from .builders import look, rules, tarred, zipped

REFERENCE, CODE, MALFORMED, UNSCANNABLE = (
    f"weights/{name}" for name in ("external-reference", "embedded-code", "malformed", "unscannable")
)


def unpacked(text: str) -> bytes:
    """A sample that h5py 3.16 wrote, compressed by zlib and as base64."""
    return zlib.decompress(base64.b64decode(text))


OLD = unpacked(
    "eNrtmM1Kw0AQgHdTlSD+VFTaWtSQkwfRKgjiTWy1B9GiHgSRGnS1wZhqU/+Q4rW+iY/i0UfxDTSbzJhuVCzqQeh8PQzzs5lmMzsh81DMr/b3jv"
    "Uyia6zLpZkrbwCBxOqjv4DkBxkE+SjhvbuwJcGexKubyRCvQL2na1CQUa/xsA8T6lQphnRiRQLyyUpd0HPYV1oatxZ9Ug45Wthn1Tqnq971eO6"
    "tM/GHFivU9/kxXptDqv12seKUN/9bITpkPew6h7bJ9Ke4TxYmXw/G7pyTmrymono7KytbK5zBgticZI789CxPK/sWmfCXDLMbXFxKdy6bTnmtG"
    "GGeX37nYkBnrQ71q2oeb66F1+fF64nYksvXbsug+cajf1GI8yL29sDcn5mbmEmF+1PaZBqkyAIgiAIgiAIgiDaZQjnDKDj/CyaMwwEc4ZTUbO8"
    "8pX/VW9X3TbmDD0tcwaNRfM4DOAwUeOcK9/7KBO+X3qGjEnWFVgMltJZ6h783X4+6dc0jYfZw+slOBtlLf8novkv958Hv2i+iM8jB3dRgvnjd3"
    "PK5+znd010BvE5JU7Tz1Nq3JGcv7Wc0+Iv825vbOa5f2qx7vRRpvSBeB1jnWP94nk3Ovz5fdUHFjOhvpttrw+kx6kPUB/42Adusmqc/z53hfPX"
    "fYC/110yo/aBeB0T7e3jyzDtyU94A6RdrXQ="
)
"""model_config, keras_version, a dataset and a soft link; libver earliest: symbol tables, headers of version 1."""
USER_BLOCK = unpacked(
    "eNpjYBgFo2AUjFTQ6eHixsslxQXmcHAwsDAIQCRYINR/KABKofBh+hOgNCOU7oDSK5hg4sxgOQmouADUfAVmCP8FVDwkyNUV2Xx0e0bByAYero"
    "4BIDoCyocmR4YTTKjqYOkwgEr2CkLTK3q65mE4AbWPF+gWDobc/JTUnPjk/Ly0zHSQuDDQIbOR3FOtlJyTWFwcn5eYm6pkpaAUnFpYmppXkpmY"
    "o6SjoATRBxSvVspJrEwtKgYyo9G1+CTmJqUkoilPK81LLsnMzwNpUDIpd3UEAlugmrzSnBwIGQvUAFMVX1JZADYrB2JWbW1sbS3YfQAXe2NV"
)
"""model_config with a Lambda layer behind a user block of 1024 bytes; libver earliest."""
NEW = unpacked(
    "eNrt2X1MVWUcwPHfOfdyuS8QiChJhZdrNaetQMG3NMwAmZmS2FypESIyipcELNRBLttM/cdmZpbU0izbWjmzliutZVr2Ml9WrrnWP6m1MllTt8"
    "w5Ou9wcNcdm9dl+342OOf8zvM7/M59nvPc8ZyVZcWlqeHssC8YFFu3pXO8YhznWfFZn2/oml5WPENN2aHGjIgv1TpVGzC356zt4GRzG1bFuMaA"
    "G8Vvtt+dY5652W9uj1tbmSMJ9rr67TqjfGlTM3rfp80sdkCGXmrfcylDtOpFlRT9ZKOka5+W+YFN1IK93HDJEkZ8MvtgokpQvJXw3M7a1YkqQf"
    "VWwjNzcrsTVYLPWwmbXtyyKlEl+L2VMH5Cd0dpRUWJlFjPinJEZJjei2Xf37nBaZaoKpO8VRl6c/zhSTPLirVcLaufFpk/dNNg81yq2I9/Wu7A"
    "T+NdIVE3EPB2AxMPnYkZNxDSs1LNG8jtewN/bz/acLVvINnbDQyYv/YbY5yUWx+7Mk6RfcajNvXB7CIPE1+ibiDo7QaWnDv9e+mMsnLjhlVJl4"
    "u+aI5Yx/aT4EwkqvtKqR5nen+vTHNajGrbznH2FPndlod+NMZEkt4uYoyJ9cl9x0RWw+6VRquA3irNbBXq22pb15+PllZoreSI6y/2mpCdqsql"
    "TavEPtNhzVXZ4t7O6dg8edLMqaWSdKZ5dbb011pnyboLO3PkF+3sQKl8d32B1OkjQxavunW0XDCie9ecKpW1RvRkWvM02WXsDvjh+DTZauy+05"
    "DbIjON3d3vPdwiHcbutAtfL5dhxm7XsMo92kbf3b98xyE5bOz2b7v/JykydoteDo4WXA1G/wd65gDjxxlQZn85Q9zsHeebz+xj51vIHCnOdG92"
    "u3Npc8Q4U5E5VJwH2xxEIfvQHBFh+9AcjhH70ByHKfahOW5/Lrl3EN152RI1ZYe8TdnHVqy4I1ElhL2V0Jm7MS9RJUS8lfBZyZI/Jt8zfarx3K"
    "W7J3X78WqtaWvt/U3VN+6LE/fHiSfFiQfixJPjxINx4qE48XCceCROPCVO3HbwOh5iAAAAAMA1thCjiKJkav/jK4rSd2XalylKv+hg6//gqGQF"
    "Jesp/f94VRRfOJihtVAOF5qrBs6y2rZr73OIbB3X/N+rynitEJQ4rxXs9X77xclFiy6Wy3it4GSalx6qv1YYZa8JLcw8MMh8FWD/5Uu/ChjqnH"
    "nDWvax16Ps7f7ze84aS8FB+U1vWWAu4HxUkpUpT1sBfQWoK6t8iLGyqwf0oblxSnehbLcC+hrU23WLJkiOfqrQXOy5bl/rZKmwAvoqz8glSTNl"
    "ipWiX/uFwc8/INnWX9ELPP7VX+3yrJ5yl7kA9Kv/1WUy0ErRbd617GP5wErR++XD1Qe+lBNWC/3D+2LQ8JMyzWqhL2q9v+at7lnDO29hqonD6P"
    "+Q62N2dZOr31197vrgXT3p6gHXSHL1nmvQuUaPa+S4xkTRhrRmOu0Ksleg8zIU11wSsY6Xxqrrq1paKhurGmpi46KxipqFi2oaW+uq6mO3RWPV"
    "TY0L6mq1+NJYfdXimuYWbXd235SpVQ3z5lf1ab5gUWN1a11To54QK3iy5G7NBK1N46L6evP3XC3BblXZuvhx41r15rXa2+e2t0cBAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAMAVJ71NLyueoUaLXlEe6/2zVY1p53yK1ag7jrAqWpNApojity+o5EVvsnYfkYRLP33qpdKy4kmyO6dXdNWwvdf7xCeZopVVlS"
    "eDFEXS9dZ6fUaLoKjab73oaKpVt37DTk6+pxzVlTPCU47PlTPSU47flVPgKSfJlVPoKSfgyhnlKSfZlTPaU07QlTPGU07IlTPWU07YyPHbfept"
    "IETcSd5GQoqRlGomNTTNr6mvrG5qXFBXGzc7kqHIpiE9Yw//lvH81wZ6AveduD2tZ0JSa/O67LnJrzjB/GbFDqpOcMRZJ+hzgiPbVDvod4IF55"
    "1gkhMsfM1nBwNOcNQ8vx1MdoKjhyTZwaATHHPMCYac4Nj1ETsYtoK+2vy87BQ7GumJ5nc6UWtH/E9UNbccLfw/j7B/AN1XSbE="
)
"""13 groups and 13 attributes at the root, one a model_config with a Lambda layer and 70 KB; libver latest,
order tracked: dense links, dense attributes in both indexes, an attribute too large for its heap."""
OUTSIDE = unpacked(
    "eNrtmM1Kw0AQgGd3Y7oWxOKhFE899tScBG9WNNqDYBEPHhtsoaXFSlJtXkCoIIgv4LmP4dHn8Cm8aZKdjZvVgwXRg/NBGWZ25yczu4Hmtr1/sF"
    "beLEOKlOBABUzekFa1qOv1LkqGco5ywbV9NVurob2C8etC6WdoPz3xfTO+nYf437T93Y55XiTKZ17cp89h54fy6vP65Ch921ovJ5UwQ3ehruqQ"
    "LWc8vBgl3l5/eu5dBlE064EX53W6yo9pXd0QxpQB0+VSJHWwrB7tojqwgvk555m5BI1MVz8Gc6fYL7DiSswrmL5xjrWz+6vzrVlzXFjlZM2MBk"
    "FvMst0nnt8/ebQ85PV4vw+97+hpGojcKtPfNl5CBVIYn5HSNd8sg3cn2o7j2wEEP/p/TrcOz5igA9k9P8erAY0m95kOuiHzcEW9EAYW/Uurdcs"
    "HfLWJVGW8GXGkUh9bl7uHnKnzjq9GwmCIAiCIAiCIAjiu7j4x5+BCINZLD7s+F0KStfDcHoVjF8LX2TeAfUQYnc="
)
"""An external link, external raw storage and a virtual dataset of this and another file; libver earliest."""
OUTSIDE_NEW = unpacked(
    "eNrtkrtKA0EUhv8zsybDegsbC0knKIhF1sbaW6IphIhP4GICCYlGstEEfAEFW7EQLC3EzgcQxNJ30GcQxDJONjOwCYJipXA+WHbnn3Pbf+askN"
    "sYdzOuVAqWriGd7q8Xjb62f5spFnI7Ah3hxQMtrgABiQxAasWpVw9qKcAvt/b8wyAM2yX4HSQm9C5kM2jfm7IJr6ckj6vN1lFQ/yAje/iCm7n3"
    "i2gEAtEUIIjIMXv2LcdAui/6hRRG9FTSTc7rjEglPJgeaqi6raB0b0n2r6yKc/wpwqfT50J+dbv3PW00a94LDcZGhxBWglKjHa0jD2eWr6kWf7"
    "RDs9pTbaoYckT8xONRpc/WkWkZm+UO/4rHt6vXzfXiVjR7atDTE+uxNQPZrN9oVcrNbGUJJchYrPUs0oQwdQj2BjpwvkugoYTuwmV+YNbdSTAM"
    "wzAMwzAMwzAM80s+ARvwVEo="
)
"""The same with libver latest of HDF5 2.0: headers of version 2, the newer description of virtual datasets."""
DENSE = unpacked(
    "eNrtl1tsVFUUhtecmc60M9PLtAxTCrSlLZ1BzHQoBWn6gk0Zp0HrpG00MgXTSCNeKAmnRh7qtOUi1ETUFAi24ZIQE2/1xUsVI0ESQkyMgykJhA"
    "gvRERQsSqESwDPWWuvtTP6YnwSw3456/+6ztn/2WvvdabDiZZ4vrfMa+TmAo87anxYQDqm+NTrg/FHEy3thv9XowqJc57603wHXb9Q13Pq6jWA"
    "ooNwV4/+5MRYvD2RBI8lDCiCvy3WmIt0nqH+wOvpyr7O+4czuux51KAlrLSu6QIm6U2bTzV3Jlogx87zWWx1JGXwHDzLpfwbBma57axC6z4ry8"
    "3P4Kz+V0a+jndYWXBUEeMvV+0qCRssJ+wp5SVeDdnXzGiXp7nz4TjkfNAe8MBW6zkl8HHPGz5ow3DX2KfFcN5hh0vhnRC0YVjs/rYcvgI7vFqT"
    "qYFuzB1+bUstNGE49eyOKIxi2L/z6Xo4jGGyoawBGq3biiF26HIDrMRw9PiKNhjB8KFTA0l4C8Pbx060w3IMTzvrHoNJnNjXt+IJGMdwYvueVR"
    "DB8I8Xxp+EMOZmzjSuhQqn/YIv7/28F87jxOb6Iy/CBCYE77uShlG8rdW8MACTmOArGRmEy/hCr8aubYKtmHB/fM1miGDCZ1++vQ3W4RMeHOwc"
    "hiCGb+5qHYHrmBA6HXoPgnhb1/e33odxpJ9s7P4I+pB+09R1EPxOO1weTmXAQGqaA8fhML3QsgMnoBvDwEsHzsJ3aGdqy8WfoA8fFl655GcYwo"
    "knY4HfIEiLui16FZrwtneHfr/5L84M1t8tkl7NwZLWVfYXlc/JkirER0dVNIclLZg8mrx7WFLNpZ1R3fNYUrm8LGm3+VjS4vhZUunyWdLaFsgb"
    "oSxkSZvm5vbqIbg3sP6tbeCWVkl7KaVqWpRSBSo9Fym9t1b/z/rb5z/AUrV4ltSRSlhSM5vGkhplkCU11uksqVOHWFKfk11ELX0GS/rKlMmhxe"
    "42Uw4tylmySVHOFs8oy8UzygrxjLJSPKOcI55RVolnlNXiGWWNeEY5VzyjrGVJn4IwS+r2EZb0WapvWv3jf6v+8Y6OZfJzyGG15+t283ccsnaG"
    "3eeP5DnG44mWZvntaH8MXJne/Q6/g6vlNOsXG1C3wUIzNXpAoVkaLVFotkaNCpULWhhTqEKjBQpValSv0ByNFipUpVGDQtUaLVKoRiN2P1cjdl"
    "+rEbsPa6TcL+Uqu55/pvc56yxFo3Vmz1Pre/qiaxZZGXd5i8iuvzUe39fxi7UQ8sE1uWSyR0yumPxENblgTiFcL5cQLleOEK6WWwgXyyOEa5Ur"
    "hEuVJ4T3mVeKt4BN+zRi136N2Ha+Ruy7QCM2XqgROy/SiK0HNGLvxRqx+RKN2P00fXDYfVAjdj9dI3Yf0ojdl2rE7mdohO6l/q3Z9U+r9Ul7s/"
    "+74rH7h5OP/AlAcyS1"
)
"""40 soft links and an external one; libver v108, order tracked."""
FILTER = unpacked(
    "eNrr9HBx4+WS4mLm4GCAgf9QcJ4RwjeAirdPcdXz93AJYmKoYBJCVggDXEwMQC1sPAxAijFlM8w8DwaqAanfB4zBTlC0n8eYjYwZGBlFGBiYGB"
    "kZWaBqYTQzDwOjAAPITSDAwcAKdCUzN7cEAyMTEyNYHKRShxHsarAqDhmgbiagLAsjI7LtMH8yTGIYhOC7xZkKALEIM8k="
)
"""A dataset with deflate and with the optional filter 300, which is for testing only; libver v110."""
PICKLES = unpacked(
    "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KPjCj8mHyCVCaEUp3QOkVTDBxVrCcBFRcAGq+AtS8C1DxkCBXV2Tz0e0ZBSMbeLg6BoDoCCifA0qfYE"
    "JVB0uHAVSyVxCaXtHTNQ+DBdQ+TqBbOBgyEotyc1KLi2H6hIEO4UVyj0ZOgQFXWCJXgSFXoh6Kfg4wLMhMzs5JTQHrE0fSl5xfzFVcWVySmsul"
    "EayempyRr85VEqQH1G8A1c8G1l+eX5RSDLWXG0m/o0Jxal5Jal5yqh6YDwDxIkLW"
)
"""Attributes of fixed length: a pickle of a list, a pickle that calls os.system, a sentence; libver earliest."""


def messages(data: bytes) -> list[str]:
    return [flaw.message for flaw in look(data).flaws]


def test_a_keras_model_has_no_flaw() -> None:
    found = look(OLD)
    assert (found.format, found.role, found.flaws) == ("hdf5", "weights", ())
    assert found.facts == {"superblock": 0, "objects": 4, "datasets": 1, "keras": "2.15.0"}


@pytest.mark.parametrize("data", [USER_BLOCK, NEW], ids=["user block", "dense attributes"])
def test_a_lambda_layer_is_found_wherever_its_attribute_lies(data: bytes) -> None:
    found = look(data)
    assert (found.role, {flaw.rule for flaw in found.flaws}) == ("weights", {CODE})
    assert "Lambda" in found.flaws[0].message


@pytest.mark.parametrize("data", [OUTSIDE, OUTSIDE_NEW], ids=["old", "new"])
def test_whatever_reaches_outside_is_named(data: bytes) -> None:
    assert rules(data) == {REFERENCE}
    assert messages(data) == [
        'the link "/link" leads to "/x" in the file "/etc/passwd"',
        'the data of "/raw" is in the file "/etc/shadow"',
        'the data of "/virtual" is in the file "../other.h5"',
    ]


def test_dense_links() -> None:
    assert messages(DENSE) == ['the link "/link" leads to "/x" in the file "../secret.h5"']


def test_a_filter_that_nobody_registered() -> None:
    (message,) = messages(FILTER)
    assert "filter 300" in message
    assert rules(FILTER) == {REFERENCE}


def test_attributes_that_pytables_unpickles() -> None:
    found = look(PICKLES)
    assert {flaw.rule for flaw in found.flaws} == {"weights/unsafe-pickle"}
    assert '"pickled"' in found.flaws[0].message


def test_a_configuration_that_is_no_json() -> None:
    assert rules(OLD.replace(b'{"class_name": "Seq', b'["class_name": "Seq')) == {MALFORMED}


def test_a_user_defined_link() -> None:
    external = b"\1\x08\x40\4link"
    assert external in OUTSIDE_NEW
    (first, *_) = messages(OUTSIDE_NEW.replace(external, external.replace(b"\x40", b"\xff")))
    assert "user-defined kind 255" in first


def test_a_circle_of_groups_ends() -> None:
    soft = OLD.index(b"SNOD") + 8
    root = OLD[64:72]
    assert not look(OLD[: soft + 8] + root + OLD[soft + 16 :]).flaws


def test_it_is_the_same_inside_archives() -> None:
    for packed in (zipped({"model.h5": OUTSIDE}), zipped({"model.h5": NEW}, 8), tarred({"a/model.h5": DENSE})):
        assert rules(packed) & {REFERENCE, CODE}


SMALL = {"OLD": OLD, "USER_BLOCK": USER_BLOCK, "OUTSIDE_NEW": OUTSIDE_NEW, "FILTER": FILTER}


@pytest.mark.parametrize("data", SMALL.values(), ids=SMALL)
def test_truncated_anywhere_is_never_clean(data: bytes) -> None:
    start = data.index(b"\x89HDF")
    for end in [*range(start + 8, len(data), 7), len(data) - 1]:
        assert read(BytesSource(data[:end])).flaws, end


@pytest.mark.parametrize("data", [*SMALL.values(), DENSE, PICKLES], ids=[*SMALL, "DENSE", "PICKLES"])
def test_damage_raises_nothing(data: bytes) -> None:
    chance = random.Random(5)
    start = data.index(b"\x89HDF")
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(start + 8, len(data) - 8)
            number = chance.choice((0, 1, 255, 1 << 31, (1 << 64) - 1, (1 << 64) - 2, len(data), at, 96))
            width = chance.choice((1, 2, 4, 8))
            damaged[at : at + width] = (number & ((1 << 8 * width) - 1)).to_bytes(width, "little")
        assert read(BytesSource(bytes(damaged))).format == "hdf5"


def test_huge_claims_are_refused_before_they_cost_anything() -> None:
    for signature, offset, width in ((b"HEAP", 8, 8), (b"SNOD", 6, 2), (b"TREE", 6, 2)):
        at = OLD.index(signature) + offset
        assert rules(OLD[:at] + b"\xff" * width + OLD[at + width :]) == {MALFORMED}


def chained(address: Callable[[int], int]) -> bytes:
    """A root header with 2000 continuations of 4 KiB, number n of them at `address(n)`."""
    links = b"".join(
        b"\x10\0\x10\0\0\0\0\0" + address(n).to_bytes(8, "little") + (4096).to_bytes(8, "little") for n in range(2000)
    )
    head = OLD[:40] + (1 << 17).to_bytes(8, "little") + OLD[48:96]
    root = b"\1\0\0\0\1\0\0\0" + len(links).to_bytes(4, "little") + bytes(4) + links
    return (head + root).ljust(1 << 17, b"\0")


def test_a_header_that_goes_on_in_itself() -> None:
    assert "goes on in itself" in messages(chained(lambda n: 96))[0]


def test_structures_that_overlap_end_on_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.formats.streams.WORK", 1 << 20)
    assert "not followed to its end" in messages(chained(lambda n: 60_000 + 8 * n))[0]
    assert rules(chained(lambda n: 60_000 + 8 * n)) == {UNSCANNABLE}


def h5py() -> Any:
    return pytest.importorskip("h5py")


def written(fill: Callable[[Any], object], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with h5py().File(buffer, "w", **options) as file:
        fill(file)
    return buffer.getvalue()


@pytest.mark.parametrize("libver", ["earliest", "v108", "v110", "latest"])
def test_what_h5py_writes_is_walked_to_the_last_object(libver: str) -> None:
    def fill(file: Any) -> None:
        for index in range(50):
            file[f"group {index}/data"] = [index]
            file.attrs[f"attribute {index}"] = f"text {index}"
        file["last"] = h5py().ExternalLink("other.h5", "/x")

    found = look(written(fill, libver=libver))
    assert (found.facts["objects"], found.facts["datasets"]) == (101, 50)
    assert [flaw.rule for flaw in found.flaws] == [REFERENCE]


def test_many_links_do_not_push_out_other_flaws() -> None:
    def fill(file: Any) -> None:
        for index in range(100):
            file[f"{index:03}"] = h5py().ExternalLink("other.h5", "/x")
        file["last"] = h5py().ExternalLink("other.h5", "/x")
        file.create_group("z").attrs["model_config"] = '{"class_name": "Mine>X", "config": {"function": '

    found = look(written(fill))
    assert {flaw.rule for flaw in found.flaws} == {REFERENCE, MALFORMED}
    assert found.flaws[-1].message == "and 81 more findings"
