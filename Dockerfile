# The server in a container: docs/hosting.md says how it is run.
FROM python:3.12-slim

WORKDIR /unrolled
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY engine engine
COPY app app
COPY static static
COPY templates templates

RUN useradd --system unrolled && install -d -o unrolled /data
USER unrolled
ENV UNROLLED_DATA=/data UNROLLED_HOST=0.0.0.0 UNROLLED_OPEN_BROWSER=false
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz')"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "app", "--port", "8000"]
