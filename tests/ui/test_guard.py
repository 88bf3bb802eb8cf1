from starlette.testclient import TestClient

from tests.ui.conftest import ADDRESS, PAGE, PASSWORD, sign_in
from ui.guard import Accounts
from ui.server import build_app
from workflow.roles import LEAD, Actor
from workflow.tokens import hash_of


def test_without_accounts_only_this_machine_s_own_names_will_do(quiet_web):
    assert quiet_web.get("/", headers=PAGE).status_code == 200
    assert quiet_web.get("/", headers=PAGE | {"host": "rebound.example"}).status_code == 403


def test_a_write_from_another_site_is_refused(quiet_web):
    call = {"url": "/gradio_api/run/labels", "json": {"data": [False]}}
    assert quiet_web.post(**call).status_code == 200
    assert quiet_web.post(**call, headers={"origin": ADDRESS}).status_code == 200
    assert quiet_web.post(**call, headers={"origin": "http://evil.example"}).status_code == 403
    assert quiet_web.post(**call, headers={"origin": "null"}).status_code == 403
    assert quiet_web.post(**call, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_no_other_origin_may_read(quiet_web):
    answer = quiet_web.get("/config", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_a_browser_is_sent_to_the_sign_in_page(guarded):
    answer = guarded.get("/", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Password" in guarded.get("/sign-in").text
    assert "密码" in guarded.get("/sign-in", headers={"accept-language": "zh-CN,zh"}).text


def test_who_signs_in_is_let_in_until_they_sign_out(guarded):
    assert sign_in(guarded).headers["location"] == "/"
    cookie = guarded.cookies["news_triage_session"]
    assert guarded.get("/", headers=PAGE).status_code == 200
    assert guarded.post("/sign-out").headers["location"] == "/sign-in"
    assert guarded.get("/", headers=PAGE).status_code == 303
    assert cookie


def test_a_page_can_ask_whether_its_session_still_lives(guarded):
    assert guarded.get("/session").status_code == 401
    sign_in(guarded)
    assert guarded.get("/session").json() == {"person": "ann"}


def test_the_sign_in_page_says_what_was_wrong_and_keeps_the_name(guarded):
    page = sign_in(guarded, password="wrong", name='ann"><script>').text
    assert "is wrong" in page
    assert "ann&quot;&gt;&lt;script&gt;" in page
    assert "密码不正确" in guarded.post("/sign-in?lang=zh", data={"name": "ann", "password": "wrong"}).text


def test_the_session_cookie_is_no_script_s_business(guarded):
    cookie = sign_in(guarded).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_session_survives_a_restart(guarded, desk):
    sign_in(guarded)
    again = TestClient(build_app(desk), base_url=ADDRESS, cookies=guarded.cookies)
    assert again.get("/config").status_code == 200


def test_a_removed_person_is_out(guarded, desk, monkeypatch):
    sign_in(guarded)
    desk.people.add("bob", PASSWORD)
    desk.people.remove("ann")
    monkeypatch.setattr("ui.guard.time.monotonic", lambda: float("inf"))
    assert guarded.get("/config").status_code == 401


def test_a_forged_session_is_no_session(guarded):
    guarded.cookies["news_triage_session"] = "eyJwZXJzb24iOiAiYW5uIn0=.aaaa.bbbb"
    assert guarded.get("/config").status_code == 401


def test_ten_wrong_passwords_lock_the_name_even_for_the_right_one(guarded):
    assert [sign_in(guarded, password="wrong").status_code for _ in range(10)] == [401] * 10
    assert sign_in(guarded).status_code == 429
    assert sign_in(guarded, password="wrong", name="bob").status_code == 401


def test_accounts_are_read_once_in_a_while_and_after_a_change_at_once():
    reads = []
    accounts = Accounts(lambda: reads.append(1) or {}, dict, seconds=60)
    assert not accounts.exist()
    assert not accounts.exist()
    assert len(reads) == 1
    accounts.forget()
    assert not accounts.exist()
    assert len(reads) == 2


def test_a_token_that_was_just_made_opens_at_once():
    made = {}
    accounts = Accounts(dict, lambda: dict(made), seconds=60)
    assert accounts.of_token("new") is None
    made[hash_of("new")] = Actor("feed", LEAD)
    assert accounts.of_token("new") == Actor("feed", LEAD)


def test_the_secret_of_the_sessions_is_nobody_else_s_to_read(guarded, desk):
    assert (desk.data / "session.key").stat().st_mode & 0o077 == 0


def test_a_person_of_the_session_annotates_whatever_the_argument_says(guarded, desk):
    sign_in(guarded)
    guarded.post("/gradio_api/run/submit", json={"data": [1, ["产品召回"], "t1", 1, "", "mallory"]})
    assert desk.triage.item(1).truth.person == "ann"


def test_a_queued_call_is_the_session_s_person_s_too(guarded, desk):
    sign_in(guarded)
    named = {"item_id": 2, "labels": ["产品召回"], "token": "t2", "person": "mallory"}
    event = guarded.post("/gradio_api/call/v2/submit", json=named).json()["event_id"]
    assert "complete" in guarded.get(f"/gradio_api/call/submit/{event}").text
    assert desk.triage.item(2).truth.person == "ann"
