"""What gunicorn serves: `gunicorn wsgi:app`."""

import os

from config import from_environment
from referral_api.app import create_app, refuse_owner

app = refuse_owner(create_app(from_environment(os.environ)))
