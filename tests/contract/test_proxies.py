"""The address in the log is the caller's own, unless a named proxy says otherwise."""

from referral_api.api.proxies import NamedProxies


def test_a_forwarded_address_counts_from_a_named_proxy_only(world):
    world.app.wsgi_app = NamedProxies(world.app.wsgi_app, ["10.1.0.0/16"])
    for peer, logged in (("10.1.2.3", "203.0.113.9"), ("192.0.2.4", "192.0.2.4"), ("nonsense", "nonsense")):
        world.app.test_client().get(
            "/v1/cases",
            headers={
                "Authorization": f"Bearer {world.sign_in('police.caseworker1')}",
                "Purpose": "care",
                "X-Forwarded-For": "203.0.113.9",
            },
            environ_overrides={"REMOTE_ADDR": peer},
        )
        assert logged == world.entries("case.listed")[-1]["client_address"]
